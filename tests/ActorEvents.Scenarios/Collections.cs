// Two rows of tests side by side: what starts nodes ("nodes"), and everything that needs no process of its own. A third, the shop's nodes by themselves, was tried twice: on two
// cores a node that stops beside two clusters that start does not drain in time, and a PostgreSQL of the unit tests did not answer for 15 s.
[assembly: CollectionBehavior(CollectionBehavior.CollectionPerAssembly, MaxParallelThreads = 2)]
