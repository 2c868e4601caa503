// Three rows of tests side by side: the shop under faults ("shop"), what else starts nodes ("nodes"), and everything that needs no process of its own.
[assembly: CollectionBehavior(CollectionBehavior.CollectionPerAssembly, MaxParallelThreads = 3)]
