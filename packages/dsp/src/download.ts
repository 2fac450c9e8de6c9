/** Public data sets, downloaded and converted. Node. */
export {
  BI2014A_RECORD,
  BI2014A_SUBJECTS,
  downloadDataset,
  type Downloaded,
  type DownloadedSubject,
  type DownloadOptions,
} from "./download/bi2014a";
export { fetchFile, type FetchFileOptions, type WantedFile } from "./download/fetch-file";
export type { RetryOptions } from "./download/retry";
