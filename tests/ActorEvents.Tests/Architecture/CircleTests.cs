using ArchUnitNET.Loader;

namespace ActorEvents.Tests.Architecture;

/// <summary>Folders of a project use each other in one direction only, so that each can be read without those above it.</summary>
public sealed class CircleTests
{
    private static readonly System.Reflection.Assembly[] Projects =
    [
        typeof(global::ActorEvents.Hosting.ActorEventsNode).Assembly,
        typeof(global::ActorEvents.Kafka.KafkaClientCheck).Assembly,
        typeof(global::ActorEvents.Shop.ShopHosting).Assembly,
        typeof(global::ActorEvents.Web.HealthEndpoints).Assembly,
        typeof(global::ActorEvents.Node.NodeSettings).Assembly,
        typeof(global::ActorEvents.Aectl.AectlProgram).Assembly,
    ];

    public static TheoryData<string> Names => [.. Projects.Select(p => p.GetName().Name!)];

    [Theory]
    [MemberData(nameof(Names))]
    public void No_folder_uses_another_that_uses_it_back(string project)
    {
        var uses = Uses(Projects.Single(p => p.GetName().Name == project));

        Assert.Empty(Circles(uses));
    }

    [Fact]
    public void A_circle_is_found_over_any_number_of_folders()
    {
        Use[] uses = [new("A.One", "A", "B.Two", "B"), new("B.Two", "B", "C.Three", "C"), new("C.Three", "C", "A.One", "A"), new("A.One", "A", "D.Four", "D")];

        Assert.Equal(["A.One → B.Two", "B.Two → C.Three", "C.Three → A.One"], Circles(uses));
    }

    /// <summary>Uses that lie on a circle: the folder that is used comes back, on whatever way, to the one that uses it.</summary>
    private static IEnumerable<string> Circles(IReadOnlyCollection<Use> uses)
    {
        var next = uses.ToLookup(u => u.From, u => u.To, StringComparer.Ordinal);
        return uses.Where(u => Reached(u.To).Contains(u.From)).Select(u => $"{u.Type} → {u.Used}");

        HashSet<string> Reached(string folder)
        {
            var reached = new HashSet<string>(StringComparer.Ordinal);
            var open = new Stack<string>([folder]);
            while (open.TryPop(out var at))
            {
                foreach (var to in next[at].Where(reached.Add))
                {
                    open.Push(to);
                }
            }

            return reached;
        }
    }

    private static List<Use> Uses(System.Reflection.Assembly project)
    {
        var types = new ArchLoader().LoadAssemblies(project).Build().Types
            .Where(t => t.Assembly.Name == project.GetName().Name && t.Namespace.FullName.StartsWith("ActorEvents", StringComparison.Ordinal)).ToList();
        var folders = types.DistinctBy(t => t.FullName).ToDictionary(t => t.FullName, t => t.Namespace.FullName, StringComparer.Ordinal);
        return [.. types
            .SelectMany(t => t.Dependencies.Select(d => new Use(t.FullName, folders[t.FullName], d.Target.FullName, folders.GetValueOrDefault(d.Target.FullName, folders[t.FullName]))))
            .Where(u => u.From != u.To)
            .Distinct()];
    }

    private sealed record Use(string Type, string From, string Used, string To);
}
