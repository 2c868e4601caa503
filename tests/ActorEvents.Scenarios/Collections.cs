// Two rows of tests side by side out of three collections: the clusters and long runs of the shop ("shop"), what else starts nodes ("nodes"), and everything that needs no process of its
// own. Three rows were tried twice: on two cores a node that stops beside two clusters that start does not drain in time, and a PostgreSQL of the unit tests did not answer for 15 s.
[assembly: CollectionBehavior(CollectionBehavior.CollectionPerAssembly, MaxParallelThreads = 2)]
