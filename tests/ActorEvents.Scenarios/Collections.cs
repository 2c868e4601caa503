using Xunit.Abstractions;

// Two rows of tests side by side: the clusters and long runs of the shop ("shop"), what else starts nodes ("nodes"), and, behind the first of these that ends, the classes that need no
// process of their own. Three rows were tried twice: on two cores a node that stops beside two clusters that start does not drain in time, and a PostgreSQL of the unit tests did not answer
// for 15 s.
[assembly: CollectionBehavior(MaxParallelThreads = 2)]
[assembly: TestCollectionOrderer("ActorEvents.Scenarios.LongestFirst", "ActorEvents.Scenarios")]

namespace ActorEvents.Scenarios;

/// <summary>What takes long begins first, so that both rows end together.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) =>
        testCollections.OrderBy(c => c.DisplayName is "shop" or "nodes" ? 0 : 1);
}
