using ActorEvents.Node;
using ActorEvents.Node.Settings;
using ActorEvents.Node.Sources;

namespace ActorEvents.Tests.Node.Settings;

public sealed class ReferenceConfTests
{
    [Fact]
    public void Reference_conf_names_every_setting_with_its_default()
    {
        var defaults = new SettingsSchema(new NodeSettings()).All.ToDictionary(s => s.Key, s => Text(s.Value), StringComparer.Ordinal);
        var read = new NodeSettings();
        var schema = new SettingsSchema(read);
        var reader = new SettingsReader(schema);

        reader.File(File.ReadAllText(Path.Combine(SourceTree.Folder, "config", "reference.conf")), "reference.conf");
        reader.Validate();

        Assert.Equal(defaults, schema.All.ToDictionary(s => s.Key, s => Text(s.Value), StringComparer.Ordinal));
        var named = reader.Given.Select(g => g.Split(" = ")[0]).ToHashSet(StringComparer.Ordinal);
        Assert.Empty(defaults.Keys.Except(named).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Reference_conf_shows_every_kind_of_source_with_every_setting_and_its_default()
    {
        string[] examples = ["path", "interval", "topics", "type"];
        var settings = new NodeSettings();
        var reader = new SettingsReader(new SettingsSchema(settings));
        reader.File(File.ReadAllText(Path.Combine(SourceTree.Folder, "config", "reference.conf")), "reference.conf");
        reader.Validate();
        var given = reader.Given.Select(g => g.Split(" = ")[0]).ToHashSet(StringComparer.Ordinal);
        INamedSections kinds = settings.Sources;

        Assert.Equal(kinds.Kinds.Select(k => "example-" + k), settings.Sources.All.Keys);
        foreach (var kind in kinds.Kinds)
        {
            var defaults = new SettingsSchema(kinds.Make(kind)).All;
            var shown = new SettingsSchema(settings.Sources.All["example-" + kind]);
            Assert.Empty(defaults.Select(s => $"sources.example-{kind}.{s.Key}").Except(given));
            Assert.All(defaults.Where(s => !examples.Contains(s.Key)), s => Assert.Equal(Text(s.Value), Text(shown.Find(s.Key)!.Value)));
        }

        Assert.Equal(kinds.Kinds.Count(), ConfiguredSources.Prepare(settings.Sources, settings.ForSources("node")).Count);
    }

    [Theory]
    [InlineData("node.conf")]
    [InlineData("cluster.conf")]
    public void The_configurations_that_come_along_are_valid(string file)
    {
        var reader = new SettingsReader(new SettingsSchema(new NodeSettings()));

        reader.File(File.ReadAllText(Path.Combine(SourceTree.Folder, "config", file)), file);

        reader.Validate();
    }

    private static string Text(object? value) => value switch
    {
        null => "",
        IEnumerable<KeyValuePair<string, string>> pairs => string.Join(";", pairs),
        IEnumerable<string> list => string.Join(",", list),
        _ => FormattableString.Invariant($"{value}"),
    };
}
