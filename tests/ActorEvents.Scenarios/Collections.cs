// Three rows of tests side by side: the shop's nodes ("shop"), the other nodes ("nodes"), and everything that needs no process of its own.
[assembly: CollectionBehavior(CollectionBehavior.CollectionPerAssembly, MaxParallelThreads = 3)]
