using System.CommandLine;
using System.CommandLine.Parsing;
using ActorEvents.Aectl.Protocol;

namespace ActorEvents.Aectl.Parsing;

/// <summary>
/// The words behind a command, by its definition. System.CommandLine tells switches, bundles and values apart; what is right is decided here, as its own checks let an unknown switch pass for a
/// value, read <c>5</c> as five days and print to stdout.
/// </summary>
internal sealed class InvocationParser
{
    /// <summary>It drops a first word whose file name is the command's name (<c>inspect /user/inspect</c>): no word has this one.</summary>
    private const string NoWord = "\0";

    /// <summary>It drops a first word in brackets (<c>inspect [x]</c>) as a directive: so the first one is never the user's.</summary>
    private const string First = "--\0";

    private static readonly ParserConfiguration Plain = new() { ResponseFileTokenReplacer = null };

    private readonly string _palette;
    private readonly CommandDefinition _definition;
    private readonly Command _command = new(NoWord);
    private readonly Argument<string[]> _positionals = new("values") { Arity = ArgumentArity.ZeroOrMore };
    private readonly Dictionary<Option, Parameter> _parameters = [];
    private readonly Dictionary<Option, GlobalOption> _globals = [];

    private InvocationParser(string palette, CommandDefinition definition)
    {
        _palette = palette;
        _definition = definition;
        _command.Arguments.Add(_positionals);
        _command.Options.Add(new Option<bool>(First) { Arity = ArgumentArity.Zero, Hidden = true });
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var parameter in definition.Parameters.Where(p => !p.Positional))
        {
            _parameters.Add(Add($"--{parameter.Name}", parameter.Short is { } letter ? $"-{letter}" : null, parameter.Kind != "flag"), parameter);
        }

        // A command's own switch of the same name is meant.
        foreach (var global in GlobalOption.All.Where(g => g != GlobalOption.Watch && !taken.Contains(g.Name)))
        {
            _globals.Add(Add(global.Name, global.Short is { } s && !taken.Contains(s) ? s : null, global.Value is not null), global);
        }

        Option Add(string name, string? alias, bool hasValue)
        {
            taken.Add(name);
            string[] aliases = alias is not null && taken.Add(alias) ? [alias] : [];
            Option option = hasValue ? new Option<string[]>(name, aliases) { Arity = new ArgumentArity(1, 100_000), AllowMultipleArgumentsPerToken = false } : new Option<bool>(name, aliases) { Arity = ArgumentArity.Zero };
            _command.Options.Add(option);
            return option;
        }
    }

    /// <exception cref="ConsoleFailure">64: names the argument, its form and an example.</exception>
    public static Invocation Parse(string palette, CommandDefinition definition, IReadOnlyList<string> words, TimeSpan? watch, Func<string, string?> environment) =>
        new InvocationParser(palette, definition).Parse(words, watch, environment);

    private Invocation Parse(IReadOnlyList<string> words, TimeSpan? watch, Func<string, string?> environment)
    {
        var end = words.TakeWhile(w => w != "--").Count();
        string[] before = [.. words.Take(end)];
        var result = CommandLineParser.Parse(_command, [First, .. before], Plain);

        string[] positionals = [.. result.GetResult(_positionals)?.Tokens.Select(t => t.Value) ?? []];
        if (Array.Find(positionals, p => p.StartsWith('-') && p.Length > 1) is { } unknown)
        {
            throw Unknown(unknown);
        }

        var arguments = new Dictionary<Parameter, IReadOnlyList<string>>();
        var settings = new Dictionary<GlobalOption, string?>();
        foreach (var (option, parameter) in _parameters)
        {
            if (Values(result, option, parameter.Kind != "flag", parameter.Multiple, before, parameter.Kind is "integer" or "number") is { } values)
            {
                arguments[parameter] = values;
            }
        }

        foreach (var (option, global) in _globals)
        {
            if (Values(result, option, global.Value is not null, multiple: false, before, negative: global == GlobalOption.Limit) is { } values)
            {
                settings[global] = values is [var value] ? value : null;
            }
        }

        if (result.Errors is [var error, ..])
        {
            throw ConsoleFailure.Usage(error.Message, Hint());
        }

        Place([.. positionals, .. words.Skip(end + 1)], arguments);
        Check(arguments);
        return new Invocation(_palette, _definition, arguments, new SettingsReader(settings, environment).Read(watch));
    }

    private ConsoleFailure Unknown(string word)
    {
        var name = word.Split('=', ':')[0];
        var names = _command.Options.Where(o => !o.Hidden).SelectMany(o => o.Aliases.Prepend(o.Name)).ToList();
        var near = Nearest.Of(name, names);
        return ConsoleFailure.Usage(
            $"{_palette} {_definition.Name} has no switch '{name}'.".TrimStart(),
            near is not null ? $"Did you mean '{near}'? A value that begins with '-' goes behind '--'." : $"{Hint()}. A value that begins with '-' goes behind '--'.", name);
    }

    private List<string>? Values(ParseResult result, Option option, bool hasValue, bool multiple, string[] words, bool negative)
    {
        if (result.GetResult(option) is not { Implicit: false } found)
        {
            return null;
        }

        List<string> values = [.. found.Tokens.Select(t => t.Value)];
        if (!multiple && found.IdentifierTokenCount > 1)
        {
            throw ConsoleFailure.Usage($"{option.Name} is given twice.", "Give it once.", option.Name);
        }

        if (hasValue && values.Count < found.IdentifierTokenCount)
        {
            throw ConsoleFailure.Usage($"{option.Name} has no value.", Hint(), option.Name);
        }

        // "--from --to" means that a value was forgotten, "--from=--to" what it says.
        var dashed = values.Find(v => v.StartsWith('-') && v.Length > 1 && !(negative && char.IsAsciiDigit(v[1])) && Array.IndexOf(words, v) >= 0);
        return dashed is null ? values : throw ConsoleFailure.Usage($"{option.Name} has no value, or one that looks like the switch '{dashed}'.", $"Write {option.Name}={dashed} if it is meant.", option.Name);
    }

    private void Place(string[] positionals, Dictionary<Parameter, IReadOnlyList<string>> arguments)
    {
        var open = new Queue<string>(positionals);
        foreach (var parameter in _definition.Parameters.Where(p => p.Positional))
        {
            if (open.Count > 0)
            {
                arguments[parameter] = parameter.Multiple ? [.. open] : [open.Dequeue()];
                if (parameter.Multiple)
                {
                    open.Clear();
                }
            }
        }

        if (open.TryPeek(out var left))
        {
            throw ConsoleFailure.Usage($"'{left}' is one argument too many.", Hint(), left);
        }
    }

    private void Check(Dictionary<Parameter, IReadOnlyList<string>> arguments)
    {
        if (_definition.Parameters.FirstOrDefault(p => p.Required && !arguments.ContainsKey(p)) is { } missing)
        {
            throw ConsoleFailure.Usage($"{Forms.Of(missing)} is missing{(missing.Summary.Length > 0 ? $": {missing.Summary.TrimEnd('.')}" : "")}.", Hint(), missing.Name);
        }

        foreach (var (parameter, values) in arguments)
        {
            foreach (var value in parameter.Kind == "flag" ? [] : values)
            {
                if (ValueCheck.Wrong(parameter, value) is { } form)
                {
                    throw ConsoleFailure.Usage($"{Forms.Of(parameter)} is '{(parameter.Secret ? "…" : value)}'.", $"It is {form}. {Hint()}", parameter.Name);
                }
            }
        }
    }

    private string Hint() => $"Its form: {Forms.Of(_palette, _definition)}{(_definition.Examples is [var example, ..] ? $". For example: {example}" : "")}";
}
