import type { ApiContext } from "./context";
import { authRoutes } from "./handlers/auth";
import { dagRoutes } from "./handlers/dags";
import { healthRoutes } from "./handlers/health";
import { importErrorRoutes } from "./handlers/import-errors";
import { logRoutes } from "./handlers/logs";
import { runRoutes } from "./handlers/runs";
import { taskInstanceRoutes } from "./handlers/task-instances";
import { variableRoutes } from "./handlers/variables";
import { xcomRoutes } from "./handlers/xcoms";
import type { Route } from "./route";

/** Airflow's REST API v2, as far as it is here. No framework in it. The first route that fits answers. */
export const routes: readonly Route<ApiContext>[] = [
  ...healthRoutes,
  ...authRoutes,
  ...dagRoutes,
  ...importErrorRoutes,
  ...runRoutes,
  ...logRoutes,
  ...xcomRoutes,
  ...taskInstanceRoutes,
  ...variableRoutes,
];
