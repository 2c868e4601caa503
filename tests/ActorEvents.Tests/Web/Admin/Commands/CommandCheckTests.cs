using System.Text.Json;
using ActorEvents.Web.Admin.Commands;

namespace ActorEvents.Tests.Web.Admin.Commands;

public sealed class CommandCheckTests
{
    private static readonly CommandDefinition s_show = new("show", "Shows.", (_, _, _) => Task.CompletedTask)
    {
        Parameters =
        [
            new("source") { Positional = true, Required = true },
            new("depth", ParameterKind.Integer) { Short = "d", Min = 1, Max = 64, Default = "4" },
            new("rate", ParameterKind.Number) { Min = 0 },
            new("for", ParameterKind.Duration) { Min = 1_000, Max = 3_600_000 },
            new("type", ParameterKind.Choice) { Choices = ["up", "Down"] },
            new("tree", ParameterKind.Flag),
            new("stream") { Multiple = true },
            new("password") { Secret = true },
        ],
        Examples = ["test show shop"],
    };

    private static readonly CommandPalette[] s_palettes = [new("test", "Tests.", s_show, new CommandDefinition("status", "Tells.", (_, _, _) => Task.CompletedTask)), new("cluster", "Members.")];

    [Fact]
    public void Values_come_in_the_type_of_their_parameter_and_defaults_count()
    {
        var call = Call("""{"source":"shop","rate":"0.5","for":"90s","type":"DOWN","tree":true,"stream":["a","b"]}""");

        Assert.Equal("shop", call.Text("source"));
        Assert.Equal(4, call.Integer("depth"));
        Assert.Equal(0.5, call.Number("rate"));
        Assert.Equal(TimeSpan.FromSeconds(90), call.Duration("for"));
        Assert.Equal("Down", call.Text("type"));
        Assert.True(call.Flag("tree"));
        Assert.Equal(["a", "b"], call.Texts("stream"));
        Assert.Null(call.Text("password"));
    }

    [Theory]
    [InlineData("""{"sorce":"shop"}""", "sorce", "Did you mean <source>?")]
    [InlineData("""{"source":"shop","tre":true}""", "tre", "Did you mean --tree?")]
    [InlineData("""{"source":"shop","zzzzzz":true}""", "zzzzzz", "It takes: <source>, --depth")]
    public void An_unknown_parameter_is_refused_with_the_one_that_was_meant(string arguments, string field, string hint)
    {
        var e = Refused(CommandExit.Usage, arguments);

        Assert.Equal(field, e.Field);
        Assert.StartsWith(hint, e.Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"source":"a","source":"b"}""", "source")]
    [InlineData("""{"source":["a","b"]}""", "source")]
    [InlineData("""{"source":"a","depth":["1","2"]}""", "depth")]
    public void What_is_given_twice_is_refused(string arguments, string field)
    {
        var e = Refused(CommandExit.Usage, arguments);

        Assert.Equal(field, e.Field);
        Assert.Contains("given twice", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_missing_is_named_with_an_example()
    {
        var e = Refused(CommandExit.Usage, "{}");

        Assert.Contains("<source> is missing", e.Message, StringComparison.Ordinal);
        Assert.Equal("For example: test show shop", e.Hint);
    }

    [Theory]
    [InlineData("depth", "\"-1\"", "a whole number from 1 to 64, e.g. 4")]
    [InlineData("depth", "\"0\"", "from 1 to 64")]
    [InlineData("depth", "\"65\"", "from 1 to 64")]
    [InlineData("depth", "\"x\"", "a whole number")]
    [InlineData("depth", "\"1.5\"", "a whole number")]
    [InlineData("depth", "\"99999999999999999999\"", "a whole number")]
    [InlineData("rate", "\"x\"", "a number with a decimal point from 0")]
    [InlineData("rate", "\"-0.1\"", "from 0")]
    [InlineData("rate", "\"NaN\"", "a number with a decimal point")]
    [InlineData("for", "\"5\"", "a time with a unit (ms, s, m, h, d) from 1s to 3600s, e.g. 10s")]
    [InlineData("for", "\"10ms\"", "from 1s to 3600s")]
    [InlineData("for", "\"9999999999d\"", "a time with a unit")]
    [InlineData("type", "\"left\"", "one of up, Down")]
    [InlineData("type", "\"1\"", "one of up, Down")]
    [InlineData("tree", "\"yes\"", "nothing behind it")]
    public void What_is_not_of_its_form_is_refused_with_that_form(string field, string value, string form)
    {
        var e = Refused(CommandExit.Usage, $$"""{"source":"shop","{{field}}":{{value}}}""");

        Assert.Equal(field, e.Field);
        Assert.Contains(form, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("\"x\"")]
    [InlineData("""{"source":{}}""")]
    [InlineData("""{"source":[[]]}""")]
    public void What_is_no_object_of_texts_is_bad_data(string arguments) => Refused(CommandExit.BadData, arguments);

    [Fact]
    public void An_empty_text_is_a_text() => Assert.Equal("", Call("""{"source":""}""").Text("source"));

    [Fact]
    public void A_null_is_as_good_as_nothing() => Assert.Equal(4, Call("""{"source":"a","depth":null}""").Integer("depth"));

    [Theory]
    [InlineData("cluter", "show", "Did you mean `cluster …`?")]
    [InlineData("tset", "show", "Did you mean `test show`?")]
    [InlineData("test", "shwo", "Did you mean `test show`?")]
    [InlineData("test", "sh", "Did you mean `test show`?")]
    [InlineData("test", "qqqqqq", "It has: show, status.")]
    [InlineData("qqqqqq", "show", "Known are: test, cluster.")]
    public void An_unknown_palette_or_command_is_refused_with_the_one_that_was_meant(string palette, string command, string hint)
    {
        var e = Assert.Throws<CommandException>(() => CommandCheck.Find(s_palettes, palette, command));

        Assert.Equal(CommandExit.Usage, e.Exit);
        Assert.Equal(hint, e.Hint);
    }

    [Fact]
    public void A_parameter_that_a_command_does_not_have_cannot_be_asked_for() =>
        Assert.Throws<InvalidOperationException>(() => Call("""{"source":"a"}""").Text("other"));

    [Fact]
    public void Malformed_names_and_doubles_are_refused_when_a_palette_is_made()
    {
        Assert.Throws<ArgumentException>(() => new CommandPalette("Shop", ""));
        Assert.Throws<ArgumentException>(() => new CommandDefinition("a b", "", (_, _, _) => Task.CompletedTask));
        Assert.Throws<ArgumentException>(() => new CommandPalette("shop", "", s_show, s_show));
    }

    private static CommandCall Call(string arguments) => new("test", s_show, CommandCheck.Arguments(s_show, JsonDocument.Parse(arguments).RootElement));

    private static CommandException Refused(CommandExit exit, string arguments)
    {
        var e = Assert.Throws<CommandException>(() => Call(arguments));
        Assert.Equal(exit, e.Exit);
        return e;
    }
}
