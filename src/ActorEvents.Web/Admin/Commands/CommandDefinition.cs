namespace ActorEvents.Web.Admin.Commands;

/// <summary>What a command does to the node: who may run it, and whether it is asked for a yes.</summary>
public enum CommandEffect
{
    /// <summary>Changes nothing; any role.</summary>
    Read,

    /// <summary>Changes what can be changed back; roles operator and admin.</summary>
    Write,

    /// <summary>Cannot be taken back; role admin, and only with the user's yes.</summary>
    Destructive,
}

/// <summary>Runs a command. Its arguments are checked; what it returns, it writes.</summary>
/// <param name="stop">The time is over, or nobody reads any more.</param>
/// <exception cref="CommandException">It cannot be done; the message says why, and what to do.</exception>
public delegate Task CommandHandler(CommandCall call, ICommandOutput output, CancellationToken stop);

/// <summary>One command: its name and form, by which clients offer it and calls are checked, and what runs it.</summary>
public sealed class CommandDefinition
{
    /// <param name="name">1 to 32 characters of a–z, 0–9 and '-'.</param>
    /// <param name="summary">One sentence.</param>
    /// <exception cref="ArgumentException">The name is malformed.</exception>
    public CommandDefinition(string name, string summary, CommandHandler run)
    {
        CommandNames.Check(name, "command");
        (Name, Summary, Run) = (name, summary, run);
    }

    public string Name { get; }

    public string Summary { get; }

    /// <summary>Default <see cref="CommandEffect.Read"/>.</summary>
    public CommandEffect Effect { get; init; }

    /// <summary>It goes on until its user has enough.</summary>
    public bool Streaming { get; init; }

    /// <summary>It runs on each node of the cluster, or on the one that its user names; its rows get a first column <c>node</c>.</summary>
    public bool PerNode { get; init; }

    /// <summary>It gives <see cref="CommandCall.Limit"/> rows at a time and a token for the next ones (<see cref="ICommandOutput.NextPage"/>).</summary>
    public bool Paged { get; init; }

    /// <summary>It honours <see cref="CommandCall.DryRun"/>. A write without is refused when it is asked for a dry run.</summary>
    public bool HasDryRun { get; init; }

    /// <summary>Positional ones in their order.</summary>
    public IReadOnlyList<CommandParameter> Parameters { get; init; } = [];

    /// <summary>Of its rows; empty: it writes texts.</summary>
    public IReadOnlyList<CommandColumn> Columns { get; init; } = [];

    /// <summary>As they are typed, without the client's name. Default: the palette's and its own name.</summary>
    public IReadOnlyList<string> Examples { get; init; } = [];

    /// <summary>What its rows are, one and many: <c>("node", "nodes")</c>, for the line at the end. Null: not counted.</summary>
    public (string One, string Many)? Counted { get; init; }

    internal CommandHandler Run { get; }

    /// <summary>Part of another command on each node: not offered, and not run for users.</summary>
    internal bool Hidden { get; init; }

    /// <summary>Columns as they are written: with the node in front where it runs on each.</summary>
    internal IReadOnlyList<CommandColumn> WrittenColumns => PerNode && Columns.Count > 0 ? [new CommandColumn("node"), .. Columns] : Columns;
}
