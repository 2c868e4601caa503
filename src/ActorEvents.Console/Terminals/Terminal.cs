namespace ActorEvents.Aectl.Terminals;

/// <summary>What surrounds aectl: three streams, what is at their ends, environment and clock.</summary>
internal sealed record Terminal
{
    public required TextReader In { get; init; }

    /// <summary>Data only.</summary>
    public required TextWriter Out { get; init; }

    /// <summary>All that is not data.</summary>
    public required TextWriter Error { get; init; }

    public bool InIsTerminal { get; init; }

    public bool OutIsTerminal { get; init; }

    public bool ErrorIsTerminal { get; init; }

    /// <summary>Cells a line.</summary>
    public Func<int> Width { get; init; } = static () => 80;

    /// <summary>The keys of a person at the terminal; null: lines are read from <see cref="In"/>.</summary>
    public Func<Key>? ReadKey { get; init; }

    /// <summary>A key is there already: a text that is pasted is not drawn letter by letter.</summary>
    public Func<bool> KeyWaiting { get; init; } = static () => false;

    /// <summary>True while keys are read: Ctrl+C is a key then, and no signal.</summary>
    public Action<bool> KeysOnly { get; init; } = static _ => { };

    /// <summary>Cancelled once nobody reads what is written to <see cref="Out"/> any more.</summary>
    public CancellationToken OutClosed { get; init; }

    public required Func<string, string?> Environment { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public Interrupts Interrupts { get; init; } = new();

    /// <summary>A person can be asked.</summary>
    public bool CanAsk => InIsTerminal && ErrorIsTerminal;

    /// <summary>An absolute folder from the variable, else below the home folder.</summary>
    public string Folder(string variable, string belowHome) =>
        Environment(variable) is { } folder && Path.IsPathRooted(folder)
            ? Path.Combine(folder, "aectl")
            : Path.Combine(Environment("HOME") ?? Path.GetTempPath(), belowHome, "aectl");
}
