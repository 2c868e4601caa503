using System.Collections;
using ActorEvents.Node;
using ActorEvents.Node.Settings;

namespace ActorEvents.Tests.Node.Settings;

public sealed class SettingsReaderTests
{
    private static readonly Dictionary<string, string> Short = new(StringComparer.Ordinal) { ["http"] = "http.port" };
    private readonly NodeSettings _settings = new();
    private readonly SettingsReader _reader;

    public SettingsReaderTests() => _reader = new SettingsReader(new SettingsSchema(_settings));

    [Fact]
    public void The_command_line_wins_over_the_variable_and_that_over_the_file()
    {
        _reader.File("actor-events {\nflow {\nmax-events = 100\nspan = 1000\n}\nhttp.port = 1\n}", "f");
        _reader.Environment(Variables(("ACTOREVENTS_FLOW_MAX_EVENTS", "200"), ("ACTOREVENTS_HTTP_PORT", "2")));
        _reader.CommandLine(["--http", "3"], Short);

        Assert.Equal((200, 1000, 3), (_settings.Flow.MaxEvents, _settings.Flow.Span, _settings.Http.Port));
        Assert.Contains("flow.max-events = 200 (variable ACTOREVENTS_FLOW_MAX_EVENTS)", _reader.Given);
    }

    [Fact]
    public void All_settings_are_shown_with_where_they_come_from_and_no_secret_is()
    {
        _reader.File("actor-events {\nkafka.client { sasl.password = hidden }\njournal.connection-string = \"Password=hidden\"\nsources.ticks { kind = timer, interval = 1 s }\n}", "f");
        _reader.CommandLine(["--relay.exactly-once"], Short);

        var shown = _reader.Shown;
        Assert.Contains(("relay.exactly-once", "true", "option --relay.exactly-once"), shown);
        Assert.Contains(("relay.poll-interval", "500 ms", "default"), shown);
        Assert.Contains(("relay.topic-check-interval", "5 s", "default"), shown);
        Assert.Contains(("journal.provider", "sqlite", "default"), shown);
        Assert.Contains(("sources.ticks.interval", "1 s", "f"), shown);
        Assert.Contains(("kafka.client", "(not shown)", "f"), shown);
        Assert.DoesNotContain(shown, s => s.Value.Contains("hidden", StringComparison.Ordinal));
    }

    [Fact]
    public void Foreign_variables_change_nothing()
    {
        _reader.Environment(Variables(("__X", "1"), ("X__", "1"), ("A____B", "1"), ("http_proxy", "p"), ("HTTP_PROXY", "q"), ("AKKA__LOGLEVEL", "nonsense"), ("ACTOREVENT_X", "1")));

        Assert.Empty(_reader.Given);
    }

    [Theory]
    [InlineData("ACTOREVENTS_FLOW_MAX_EVENT", "ACTOREVENTS_FLOW_MAX_EVENTS")]
    [InlineData("ActorEvents_Data", "ACTOREVENTS_DATA")]
    [InlineData("ACTOREVENTS__DATA", "ACTOREVENTS_DATA")]
    public void An_own_variable_that_does_not_exist_is_refused_with_the_nearest(string name, string nearest)
    {
        var e = Assert.Throws<SettingsException>(() => _reader.Environment(Variables((name, "1"))));

        Assert.Contains(name, e.Message, StringComparison.Ordinal);
        Assert.Contains(nearest, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("actor-events { flow { max-event = 1 } }", "flow.max-events")]
    [InlineData("actor-events { kafka { bootstrap-server = x } }", "kafka.bootstrap-servers")]
    [InlineData("actor-event { data = x }", "actor-events")]
    public void An_unknown_key_of_the_file_is_refused_with_the_nearest(string text, string nearest)
    {
        var e = Assert.Throws<SettingsException>(() => _reader.File(text, "my.conf"));

        Assert.Contains("my.conf", e.Message, StringComparison.Ordinal);
        Assert.Contains(nearest, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--flow.commit-interval", "5", "unit")]
    [InlineData("--flow.commit-interval", "5,5 s", "unit")]
    [InlineData("--flow.max-events", "1e3", "whole number")]
    [InlineData("--flow.max-events", "", "whole number")]
    [InlineData("--flow.max-bytes", "16 Mib", "MiB")]
    [InlineData("--flow.max-bytes", "9999999999 GiB", "MiB")]
    [InlineData("--flow.max-bytes", "9999999999999999999999999999 GiB", "MiB")]
    [InlineData("--flow.drain-timeout", "99999999999999 d", "unit")]
    [InlineData("--kafka.membership", "Statik", "static or dynamic")]
    [InlineData("--journal.provider", "mysql", "sqlite or postgresql")]
    [InlineData("--shop.feed", "yes", "on or off")]
    public void A_value_of_the_wrong_form_names_setting_value_and_form(string option, string value, string form)
    {
        var e = Assert.Throws<SettingsException>(() => _reader.CommandLine([option, value], Short));

        Assert.Contains(option[2..], e.Message, StringComparison.Ordinal);
        Assert.Contains($"'{value}'", e.Message, StringComparison.Ordinal);
        Assert.Contains(form, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--flow.max-events", "0")]
    [InlineData("--http.port", "70000")]
    [InlineData("--flow.drain-timeout", "2 h")]
    [InlineData("--cluster.seed-nodes", "127.0.0.1:4051,127.0.0.1")]
    [InlineData("--cluster.seed-nodes", "127.0.0.1:0")]
    [InlineData("--cluster.seed-nodes", "akka.tcp://actor-events@127.0.0.1:4051")]
    public void A_value_out_of_range_names_setting_and_bounds(string option, string value)
    {
        _reader.CommandLine([option, value], Short);

        var e = Assert.Throws<SettingsException>(_reader.Validate);

        Assert.Contains(option[2..], e.Message, StringComparison.Ordinal);
        Assert.Contains(value, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--dat", "x")]
    [InlineData("--data", "x", "--data=y")]
    [InlineData("data", "x")]
    [InlineData("--data")]
    public void A_wrong_command_line_is_refused(params string[] arguments) =>
        Assert.Throws<SettingsException>(() => _reader.CommandLine(arguments, Short));

    [Fact]
    public void Units_and_client_settings_are_read()
    {
        _reader.File("actor-events {\nflow {\nmax-bytes = 2 MiB\ncommit-interval = 1.5 s\n}\nkafka.client {\nsasl.username = u\nssl.ca.location = \"/x\"\n}\n}", "f");

        Assert.Equal(2 * 1024 * 1024, _settings.Flow.MaxBytes);
        Assert.Equal(TimeSpan.FromMilliseconds(1500), _settings.Flow.CommitInterval);
        Assert.Equal("u", _settings.Kafka.Client["sasl.username"]);
        Assert.Equal("/x", _settings.Kafka.Client["ssl.ca.location"]);
    }

    [Fact]
    public void A_client_setting_may_hold_what_separates_them()
    {
        _reader.File("actor-events.kafka.client {\nsasl.username = u\nsasl.password = \"S3cr;et=p w'\"\n}", "f");
        Assert.Equal(("u", "S3cr;et=p w'"), (_settings.Kafka.Client["sasl.username"], _settings.Kafka.Client["sasl.password"]));

        _reader.CommandLine(["--kafka.client", "sasl.password=S3cr;;et=p w';sasl.username=v"], Short);
        Assert.Equal(("v", "S3cr;et=p w'"), (_settings.Kafka.Client["sasl.username"], _settings.Kafka.Client["sasl.password"]));
    }

    [Theory]
    [InlineData("actor-events.journal.connection-string = \"Host=h;Password=S3cr")]
    [InlineData("actor-events.journal { connection-string = Host=h;Password=S3cr }")]
    [InlineData("actor-events { journal.connection-string = \"Host=h;Password=S3cr\"")]
    [InlineData("actor-events.journal.connection-string = \"Host=h;Password=\"S3cr")]
    [InlineData("actor-events { kafka.client { sasl.password = S3cr:{ } }")]
    public void A_file_that_is_no_configuration_is_refused_without_showing_what_is_in_it(string text)
    {
        try
        {
            _reader.File(text, "my.conf");
        }
        catch (SettingsException e)
        {
            Assert.DoesNotContain("S3cr", e.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Secrets_are_not_in_the_summary_and_not_in_messages()
    {
        _reader.CommandLine(["--journal.connection-string", "Host=h;Password=S3cr;et", "--kafka.client", "sasl.password=S3cr"], Short);

        Assert.DoesNotContain(_reader.Given, g => g.Contains("S3cr", StringComparison.Ordinal));
        Assert.DoesNotContain("S3cr", Assert.Throws<SettingsException>(() => _reader.CommandLine(["--kafka.client", "S3cr"], Short)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tr-TR")]
    [InlineData("de-DE")]
    [InlineData("fa-IR")]
    public void The_culture_of_the_machine_changes_nothing(string culture)
    {
        var before = System.Globalization.CultureInfo.CurrentCulture;
        try
        {
            System.Globalization.CultureInfo.CurrentCulture = new System.Globalization.CultureInfo(culture);
            _reader.CommandLine(["--flow.commit-interval", "1.5 s", "--flow.max-bytes", "2 MiB", "--kafka.membership", "dynamic"], Short);
            _reader.Environment(Variables(("ACTOREVENTS_KAFKA_GROUP_ID", "i")));
        }
        finally
        {
            System.Globalization.CultureInfo.CurrentCulture = before;
        }

        Assert.Equal((1500, 2 * 1024 * 1024L, "i"), ((int)_settings.Flow.CommitInterval.TotalMilliseconds, _settings.Flow.MaxBytes, _settings.Kafka.GroupId));
    }

    private static Hashtable Variables(params (string Name, string Value)[] variables)
    {
        var table = new Hashtable();
        foreach (var (name, value) in variables)
        {
            table[name] = value;
        }

        return table;
    }
}
