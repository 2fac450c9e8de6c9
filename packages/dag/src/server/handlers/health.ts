import { isoUtc } from "../dates";
import { ok, type Route } from "../route";
import type { ApiContext } from "../context";
import type { JobType } from "../../store/store";
import { VERSION } from "../../version";
import { HttpError } from "../http-error";
import { jobToWire } from "../schemas";
import { paging } from "../paging";

const HEALTHY_FOR_MILLIS = 30_000;

async function lastHeartbeat({ store, clock }: ApiContext, jobType: JobType) {
  const { rows } = await store.listJobs({ jobType, orderBy: [{ column: "id", descending: true }], limit: 1 });
  const job = rows[0];
  if (job === undefined) return { status: "unhealthy", at: null };
  const healthy = job.state === "running" && clock() - job.latestHeartbeat < HEALTHY_FOR_MILLIS;
  return { status: healthy ? "healthy" : "unhealthy", at: isoUtc(job.latestHeartbeat) };
}

export const healthRoutes: readonly Route<ApiContext>[] = [
  {
    method: "get",
    path: "/api/v2/monitor/health",
    operation: "get_health",
    handle: async (_call, context) => {
      const alive = await context.store.ping().catch(() => false);
      const none = { status: "unhealthy", at: null };
      const scheduler = alive ? await lastHeartbeat(context, "SchedulerJob") : none;
      const processor = alive ? await lastHeartbeat(context, "DagProcessorJob") : none;
      return ok({
        metadatabase: { status: alive ? "healthy" : "unhealthy" },
        scheduler: { status: scheduler.status, latest_scheduler_heartbeat: scheduler.at },
        triggerer: { status: null, latest_triggerer_heartbeat: null },
        dag_processor: { status: processor.status, latest_dag_processor_heartbeat: processor.at },
      });
    },
  },
  {
    method: "get",
    path: "/api/v2/version",
    operation: "get_version",
    handle: () => ok({ version: VERSION, git_version: null }),
  },
  {
    method: "get",
    path: "/api/v2/jobs",
    operation: "get_jobs",
    handle: async ({ query }, { store }) => {
      const jobType = query.text("job_type");
      if (jobType !== undefined && jobType !== "SchedulerJob" && jobType !== "DagProcessorJob")
        return ok({ jobs: [], total_entries: 0 });
      const isAlive = query.bool("is_alive");
      const { rows, total } = await store.listJobs({
        ...paging(query.page(), query.order({ id: "id" }, "id")),
        ...(jobType === undefined ? {} : { jobType }),
        ...(isAlive === true ? { state: "running" as const } : {}),
      });
      return ok({ jobs: rows.map(jobToWire), total_entries: total });
    },
  },
  ...(["providers", "plugins"] as const).map((name): Route<ApiContext> => ({
    method: "get",
    path: `/api/v2/${name}`,
    operation: `get_${name}`,
    handle: () => ok({ [name]: [], total_entries: 0 }),
  })),
  ...["/api/v2/config", "/api/v2/config/section/:section/option/:option"].map((path): Route<ApiContext> => ({
    method: "get",
    path,
    operation: "get_config",
    handle: () => {
      throw new HttpError(403, "The configuration is not exposed: this server has no setting that would expose it");
    },
  })),
];
