using System.Collections;
using ActorEvents.Kafka.Clients;
using ActorEvents.Node;
using ActorEvents.Node.Settings;
using ActorEvents.Node.Sources;
using ActorEvents.Sources.Files;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorEvents.Tests.Node.Settings;

public sealed class NamedSectionsTests
{
    private const string Orders = "actor-events { sources { orders-eu { kind = file, path = a.csv, type = order } } }";
    private readonly NodeSettings _settings = new();
    private readonly SettingsReader _reader;

    public NamedSectionsTests() => _reader = new SettingsReader(new SettingsSchema(_settings));

    [Fact]
    public void A_section_is_made_of_file_variables_and_command_line_and_the_later_wins()
    {
        _reader.File(Orders, "f");
        _reader.Environment(new Hashtable { ["ACTOREVENTS_SOURCES_ORDERS_EU_PATH"] = "b.csv", ["ACTOREVENTS_SOURCES_ORDERS_EU_POLL_INTERVAL"] = "1 s" });
        _reader.CommandLine(["--sources.orders-eu.poll-interval", "2 s", "--sources.orders-eu.separator=;", "--sources.orders-eu.follow", "on"], Short);
        _reader.Validate();

        var file = Assert.IsType<FileSettings>(Assert.Single(_settings.Sources.All).Value);
        Assert.Equal(("b.csv", FileFormat.Csv, ';', true, TimeSpan.FromSeconds(2), "order"), (file.Path, file.Format, file.Separator, file.Follow, file.PollInterval, file.Type));
        Assert.Contains("sources.orders-eu.path = b.csv (variable ACTOREVENTS_SOURCES_ORDERS_EU_PATH)", _reader.Given);
    }

    [Fact]
    public void Variables_alone_make_a_section()
    {
        _reader.Environment(new Hashtable
        {
            ["ACTOREVENTS_SOURCES_EVERY_MINUTE_KIND"] = "timer",
            ["ACTOREVENTS_SOURCES_EVERY_MINUTE_INTERVAL"] = "1 min",
            ["ACTOREVENTS_SOURCES_EVERY_MINUTE_TYPE"] = "tick",
        });
        _reader.CommandLine(["--sources.k.kind", "kafka", "--sources.k.topics", "a, b", "--sources.k.key-format", "int64"], Short);
        _reader.Validate();

        Assert.Equal(TimeSpan.FromMinutes(1), Assert.IsType<TimerSettings>(_settings.Sources.All["every-minute"]).Interval);
        Assert.Equal(["a", "b"], Assert.IsType<KafkaTopicsSettings>(_settings.Sources.All["k"]).Topics);
        Assert.Equal(["every-minute: timer every 00:01:00", "k: Kafka a, b (group actor-events-k, start earliest)"], Made());
    }

    [Theory]
    [InlineData("\"\\t\"")]
    [InlineData("\"\\\\t\"")]
    [InlineData("tab")]
    [InlineData("\"\t\"")]
    public void A_tab_can_be_a_separator(string written)
    {
        _reader.File($"actor-events {{ sources {{ x {{ kind = file, path = a, type = t, separator = {written} }} }} }}", "f");
        _reader.Validate();
        Assert.Equal('\t', Assert.IsType<FileSettings>(_settings.Sources.All["x"]).Separator);
    }

    [Theory]
    [InlineData("x { path = a }", "sources.x.kind is missing", "file, kafka, timer")]
    [InlineData("x { kind = fiel }", "'fiel' (f) is unknown", "file, kafka, timer")]
    [InlineData("x { kind = timer, path = a }", "'sources.x.path' (f)", "interval, type, source, key")]
    [InlineData("x { kind = file, type = t }", "sources.x.path = ''", "path, format, separator, key, type, source, follow, rate, poll-interval, rotate-wait")]
    [InlineData("x { kind = kafka }", "sources.x.topics", "topics, type")]
    [InlineData("x { kind = file, path = a, type = t, format = xml }", "'xml' (f)", "csv or ndjson or cloud-events")]
    [InlineData("x { kind = file, path = a, type = t, separator = ab }", "'ab' (f)", "one character")]
    [InlineData("x { kind = file, path = a, type = t, rate = fast }", "'fast' (f)", "a number")]
    [InlineData("x { kind = file, path = a, type = t, rate = -1 }", "sources.x: rate = '-1'", "0 (no limit)")]
    [InlineData("x { kind = file, path = a }", "sources.x: type = ''", "empty")]
    [InlineData("x { kind = timer, type = t }", "sources.x: interval", "10 ms to 31 days")]
    [InlineData("x { kind = timer, interval = 1 s }", "sources.x: type = ''", "empty")]
    [InlineData("x { kind = kafka, topics = [a], source = \"a b\" }", "sources.x: source", "a b")]
    [InlineData("x { kind = kafka, topics = [a, b, a] }", "sources.x: topics = 'a,b,a'", "'a' twice")]
    [InlineData("x { kind = kafka, topics = [a] }\n y { kind = kafka, topics = [b, a], group-id = another }", "Sources 'x' and 'y' both read topic 'a'", "Take it out of one")]
    [InlineData("x { kind = kafka, topics = [shop.orders] }", "Sources 'shop' and 'x' both read topic 'shop.orders'", "Take it out of one")]
    [InlineData("x_y { kind = timer }", "sources.x_y", "a–z")]
    [InlineData("x = file", "sources.x must be a section", "kind")]
    [InlineData("shop { kind = timer, interval = 1 s, type = t }", "sources.shop", "take another")]
    public void What_is_wrong_is_said_with_what_is_right(string section, string problem, string cure)
    {
        var e = Assert.Throws<SettingsException>(() =>
        {
            _reader.File($"actor-events {{ sources {{ {section} }} }}", "f");
            _reader.Validate();
            ConfiguredSources.Prepare(_settings.Sources, _settings.ForSources("node"), ("shop", ["shop.orders"]));
        });

        Assert.Contains(problem, e.Message, StringComparison.Ordinal);
        Assert.Contains(cure, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Parameter", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_variable_that_ends_with_no_setting_is_refused_with_those_that_there_are()
    {
        var e = Assert.Throws<SettingsException>(() => _reader.Environment(new Hashtable { ["ACTOREVENTS_SOURCES_ORDERS_PTH"] = "a" }));
        Assert.Contains("POLL_INTERVAL", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--source.orders.path")]
    [InlineData("--sources.orders")]
    [InlineData("--sources.orders.file.path")]
    public void An_option_of_another_depth_is_refused(string option) =>
        Assert.Contains("Unknown option", Assert.Throws<SettingsException>(() => _reader.CommandLine([option, "a"], Short)).Message, StringComparison.Ordinal);

    [Fact]
    public void An_option_of_a_section_given_twice_is_refused() => Assert.Contains(
        "twice", Assert.Throws<SettingsException>(() => _reader.CommandLine(["--sources.a.path", "a", "--sources.a.path", "b"], Short)).Message, StringComparison.Ordinal);

    private static Dictionary<string, string> Short => [];

    private List<string> Made()
    {
        using var topics = new KafkaTopics(_settings.Kafka, TimeProvider.System, NullLogger.Instance);
        return [.. ConfiguredSources.Prepare(_settings.Sources, _settings.ForSources("node")).Select(s => s(topics)).Select(s => $"{s.Name}: {s.Describe}")];
    }
}
