import { DagError } from "../errors";
import { badRequest, conflict, HttpError, notFound, uniqueClash, unprocessable } from "./http-error";

/** What the store refused, as the API says it; null for anything that is no refusal. Told by `code`: it survives a second copy of this package. */
export function refusalOf(error: unknown): HttpError | null {
  if (error instanceof HttpError) return error;
  if (!(error instanceof DagError)) return null;
  switch (error.code) {
    case "ERR_DAG_NOT_FOUND":
    case "ERR_DAG_RUN_NOT_FOUND":
    case "ERR_DAG_TASK_INSTANCE_NOT_FOUND":
    case "ERR_DAG_XCOM_NOT_FOUND":
    case "ERR_DAG_VARIABLE_NOT_FOUND":
      return notFound(error.message);
    case "ERR_DAG_RUN_EXISTS":
      return uniqueClash(error.message);
    case "ERR_DAG_XCOM_EXISTS":
    case "ERR_DAG_VARIABLE_EXISTS":
    case "ERR_DAG_RUN_STATE":
    case "ERR_DAG_BUSY":
      return conflict(error.message);
    case "ERR_DAG_RUN_ID":
    case "ERR_DAG_XCOM_VALUE":
    case "ERR_DAG_OPTION":
      return badRequest(error.message);
    case "ERR_DAG_DATE":
    case "ERR_DAG_CRON":
      return unprocessable(error.message);
    default:
      return null;
  }
}
