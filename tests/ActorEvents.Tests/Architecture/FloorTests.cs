using ArchUnitNET.Domain;
using ArchUnitNET.Loader;
using static ArchUnitNET.Fluent.ArchRuleDefinition;

namespace ActorEvents.Tests.Architecture;

/// <summary>The folders of the library are floors: each uses only those below it.</summary>
public sealed class FloorTests
{
    private static readonly ArchUnitNET.Domain.Architecture Product = new ArchLoader().LoadAssemblies(
        typeof(global::ActorEvents.Hosting.ActorEventsNode).Assembly, typeof(global::ActorEvents.Kafka.KafkaClientCheck).Assembly, typeof(global::ActorEvents.Shop.ShopHosting).Assembly, typeof(global::ActorEvents.Web.HealthEndpoints).Assembly).Build();

    [Theory]
    [InlineData("Serializers", "Retries|Events|Telemetry|Journal|Handlers|Subscriptions|Observers|Sources|Relay|Groups|Hosting")]
    [InlineData("Retries", "Events|Telemetry|Journal|Handlers|Subscriptions|Observers|Sources|Relay|Groups|Hosting")]
    [InlineData("Events", "Retries|Telemetry|Journal|Handlers|Subscriptions|Observers|Sources|Relay|Groups|Hosting")]
    [InlineData("Telemetry", "Journal|Handlers|Subscriptions|Observers|Sources|Relay|Groups|Hosting")]
    [InlineData("Journal", "Handlers|Subscriptions|Observers|Sources|Relay|Groups|Hosting")]
    [InlineData("Handlers", "Subscriptions|Observers|Sources|Relay|Groups|Hosting")]
    [InlineData("Subscriptions", "Observers|Sources|Relay|Groups|Hosting")]
    [InlineData("Observers", "Sources|Relay|Groups|Hosting")]
    [InlineData("Sources", "Observers|Relay|Groups|Hosting")]
    [InlineData("Relay", "Handlers|Subscriptions|Observers|Sources|Groups|Hosting")]
    [InlineData("Groups", "Observers|Relay|Hosting")]
    public void A_floor_uses_only_those_below_it(string floor, string above)
    {
        var types = Types().That().ResideInNamespaceMatching($@"^ActorEvents\.{floor}(\..*)?$").GetObjects(Product).ToList();
        Assert.NotEmpty(types);

        var upward = types.SelectMany(t => t.Dependencies.Select(d => (From: t.FullName, To: d.Target.FullName)))
            .Where(d => System.Text.RegularExpressions.Regex.IsMatch(d.To, $@"^ActorEvents\.({above})\."))
            .Select(d => $"{d.From} → {d.To}").Distinct(StringComparer.Ordinal);

        Assert.Empty(upward);
    }

    [Fact]
    public void Events_and_the_pure_parts_do_not_know_Akka()
    {
        string[] pure = ["EntityFlow`1", "EntityCore", "StreamMemory", "SubscriptionFlow", "KeyQueue", "StreamWindow", "DeliveryWindow", "LaneFlow", "LaneTracker", "ObserverRing", "Decision", "HandlerDefinition", "StateCodec"];
        var types = Types().GetObjects(Product)
            .Where(t => t.FullName.StartsWith("ActorEvents.Events.", StringComparison.Ordinal) || pure.Contains(t.Name, StringComparer.Ordinal)).ToList();
        Assert.True(types.Count > pure.Length);

        Assert.Empty(types.SelectMany(t => t.Dependencies.Where(d => d.Target.FullName.StartsWith("Akka.", StringComparison.Ordinal)).Select(d => $"{t.FullName} → {d.Target.FullName}")));
    }

    [Theory]
    [InlineData("Kafka", "Shop|Web|Node")]
    [InlineData("Shop", "Kafka|Web|Node")]
    [InlineData("Web", "Kafka|Shop|Node")]
    public void A_project_uses_only_the_library(string project, string others)
    {
        var types = Types().That().ResideInNamespaceMatching($@"^ActorEvents\.{project}(\..*)?$").GetObjects(Product).ToList();
        Assert.NotEmpty(types);

        Assert.Empty(types.SelectMany(t => t.Dependencies.Where(d => System.Text.RegularExpressions.Regex.IsMatch(d.Target.FullName, $@"^ActorEvents\.({others})\.")).Select(d => $"{t.FullName} → {d.Target.FullName}")));
    }
}
