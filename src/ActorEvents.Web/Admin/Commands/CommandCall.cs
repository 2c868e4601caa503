namespace ActorEvents.Web.Admin.Commands;

/// <summary>One call of a command, with checked arguments.</summary>
public sealed class CommandCall
{
    private readonly IReadOnlyDictionary<string, object> _arguments;

    internal CommandCall(string palette, CommandDefinition command, IReadOnlyDictionary<string, object> arguments) =>
        (Palette, Command, _arguments) = (palette, command, arguments);

    public string Palette { get; }

    public CommandDefinition Command { get; }

    /// <summary>Rows that are wanted at most, 1 or more.</summary>
    public int Limit { get; internal init; } = 1_000;

    /// <summary>Of a paged command: where to go on, as an earlier call said; null: at the beginning.</summary>
    public string? Page { get; internal init; }

    /// <summary>Say what would be done, and do nothing.</summary>
    public bool DryRun { get; internal init; }

    /// <summary>The user said yes.</summary>
    public bool Confirmed { get; internal init; }

    /// <summary>The system's name, if the user typed it for what is worse than others.</summary>
    public string? Typed { get; internal init; }

    /// <summary>Why, in the user's words; null: not given.</summary>
    public string? Reason { get; internal init; }

    /// <summary>Who calls: the name of a token, or <c>socket</c>.</summary>
    public string User { get; internal init; } = "socket";

    /// <summary>A text or choice; null: not given and without default.</summary>
    /// <exception cref="InvalidOperationException">The command has no such parameter.</exception>
    public string? Text(string parameter) => Get<string>(parameter);

    /// <summary>All that was given of a parameter that may be given more than once.</summary>
    /// <inheritdoc cref="Text"/>
    public IReadOnlyList<string> Texts(string parameter) => Get<IReadOnlyList<string>>(parameter) ?? [];

    /// <inheritdoc cref="Text"/>
    public long? Integer(string parameter) => (long?)Find(parameter);

    /// <inheritdoc cref="Text"/>
    public double? Number(string parameter) => (double?)Find(parameter);

    /// <inheritdoc cref="Text"/>
    public TimeSpan? Duration(string parameter) => (TimeSpan?)Find(parameter);

    /// <inheritdoc cref="Text"/>
    public bool Flag(string parameter) => Find(parameter) is true;

    private T? Get<T>(string parameter)
        where T : class => (T?)Find(parameter);

    private object? Find(string parameter) => _arguments.TryGetValue(parameter, out var value) ? value
        : Command.Parameters.Any(p => p.Name == parameter) ? null
        : throw new InvalidOperationException($"Command '{Palette} {Command.Name}' has no parameter '{parameter}'.");
}
