// Two rows of tests side by side: what starts nodes ("nodes"), and everything that needs no process of its own. A third, the shop's nodes by themselves, was tried: on two cores
// a node that stops beside two clusters that start does not drain in time.
[assembly: CollectionBehavior(CollectionBehavior.CollectionPerAssembly, MaxParallelThreads = 2)]
