import { MLFLOW_VERSION } from "../../store/migrations/mlflow-3.17.2";
import { text, type Answer } from "../call";

export const health = async (): Promise<Answer> => text("OK");

/** Clients parse this to know what they may ask for, so it is the MLflow release that is answered for. */
export const version = async (): Promise<Answer> => text(MLFLOW_VERSION);

export const serverInfo = async () => ({
  store_type: "SqlStore",
  workspaces_enabled: false,
  trace_archival_enabled: false,
  multipart_uploads_enabled: false,
  multipart_downloads_enabled: false,
  presigned_upload_run_id_supported: false,
  presigned_upload_model_id_supported: false,
  features_enabled: { gateway: false },
});
