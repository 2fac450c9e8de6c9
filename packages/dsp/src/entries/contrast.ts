export { adjacencyByDistance, type Adjacency } from "../contrast/clusters";
export {
  type ClusterTest,
  type ClusterTestOptions,
  clusterPermutationTest,
  contrastEpochs,
  type ContrastOptions,
  type Observations,
  type TestedCluster,
} from "../contrast/cluster-test";
export { randomState, type RandomState } from "../contrast/random-state";
