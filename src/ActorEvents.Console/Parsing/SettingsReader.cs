using System.Globalization;
using ActorEvents.Aectl.Protocol;

namespace ActorEvents.Aectl.Parsing;

/// <summary>Settings from what a command line gave and, where it gave nothing, the environment.</summary>
internal sealed class SettingsReader(IReadOnlyDictionary<GlobalOption, string?> given, Func<string, string?> environment)
{
    private static readonly (string Name, OutputForm Form)[] Outputs =
        [("table", OutputForm.Table), ("wide", OutputForm.Wide), ("json", OutputForm.Json), ("jsonl", OutputForm.JsonLines), ("tsv", OutputForm.Tsv), ("none", OutputForm.None)];

    private static readonly (string Name, TimeForm Form)[] Times = [("iso", TimeForm.Iso), ("relative", TimeForm.Relative), ("unix", TimeForm.Unix)];

    /// <summary>Of an environment alone: how errors are told before a command line is understood.</summary>
    public static bool WantsJson(IReadOnlyList<string> arguments, Func<string, string?> environment)
    {
        var before = arguments.TakeWhile(a => a != "--").ToList();
        var at = before.FindLastIndex(a => a is "-o" or "--output");
        var form = before.LastOrDefault(a => a.StartsWith("--output=", StringComparison.Ordinal) || a.StartsWith("-o=", StringComparison.Ordinal)) is { } joined ? joined[(joined.IndexOf('=', StringComparison.Ordinal) + 1)..]
            : before.LastOrDefault(a => a is "-ojson" or "-ojsonl") is { } stuck ? stuck[2..]
            : at >= 0 && at + 1 < before.Count ? before[at + 1]
            : environment("AECTL_OUTPUT");
        return form is "json" or "jsonl";
    }

    public Settings Read(TimeSpan? watch) => new()
    {
        Output = Choice(GlobalOption.Output, Outputs),
        Columns = Text(GlobalOption.Columns)?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
        Limit = Text(GlobalOption.Limit) is { } limit ? Limit(limit) : null,
        Page = Text(GlobalOption.Page),
        Timeout = Timeout(),
        NoColor = Has(GlobalOption.NoColor) || environment("NO_COLOR") is { Length: > 0 },
        Time = Choice(GlobalOption.Time, Times),
        Yes = Has(GlobalOption.Yes),
        DryRun = Has(GlobalOption.DryRun),
        Typed = Text(GlobalOption.Typed),
        Reason = Text(GlobalOption.Reason),
        Quiet = Has(GlobalOption.Quiet),
        Verbose = Has(GlobalOption.Verbose),
        Node = Text(GlobalOption.Node),
        Schema = Has(GlobalOption.Schema),
        Watch = watch,
    };

    private bool Has(GlobalOption option) => given.ContainsKey(option);

    private string? Text(GlobalOption option) =>
        given.TryGetValue(option, out var text) ? text : option.Variable is { } variable && environment(variable) is { Length: > 0 } set ? set : null;

    private T Choice<T>(GlobalOption option, (string Name, T Form)[] forms)
        where T : struct
    {
        if (Text(option) is not { } text)
        {
            return default;
        }

        var at = Array.FindIndex(forms, f => f.Name == text);
        return at >= 0 ? forms[at].Form : throw Wrong(option, text, $"one of {string.Join(", ", forms.Select(f => f.Name))}");
    }

    private int Limit(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit > 0 ? limit : throw Wrong(GlobalOption.Limit, text, "a whole number of 1 or more, such as --limit 100");

    private string? Timeout() => Text(GlobalOption.Timeout) is not { } text ? null
        : Durations.Parse(text) is { Ticks: > 0 } time && time <= TimeSpan.FromDays(1) ? text
        : throw Wrong(GlobalOption.Timeout, text, $"{Durations.Form}, and at most 1d");

    private ConsoleFailure Wrong(GlobalOption option, string text, string form)
    {
        var name = given.ContainsKey(option) ? option.Name : option.Variable!;
        return ConsoleFailure.Usage($"{name} is '{text}'.", $"It is {form}.", name);
    }
}
