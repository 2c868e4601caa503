using ActorEvents.Aectl;
using ActorEvents.Aectl.Terminals;

namespace ActorEvents.Tests.Aectl;

/// <summary>aectl in this process, with streams, environment and keys of the test.</summary>
internal sealed class AectlRun(string runtimeFolder)
{
    public Dictionary<string, string> Environment { get; } = new(StringComparer.Ordinal)
    {
        ["XDG_RUNTIME_DIR"] = runtimeFolder,
        ["XDG_CACHE_HOME"] = Path.Combine(runtimeFolder, "cache"),
        ["XDG_CONFIG_HOME"] = Path.Combine(runtimeFolder, "config"),
        ["XDG_STATE_HOME"] = Path.Combine(runtimeFolder, "state"),
        ["HOME"] = runtimeFolder,
    };

    public string Input { get; set; } = "";

    /// <summary>Keys of a person at a terminal, for all three streams.</summary>
    public IEnumerable<Key>? Keys { get; set; }

    public TimeProvider Time { get; set; } = TimeProvider.System;

    public Interrupts Interrupts { get; } = new();

    public CancellationToken OutClosed { get; set; }

    public StringWriter Out { get; } = new();

    public StringWriter Error { get; } = new();

    public static IEnumerable<Key> Typed(string text) => text.Select(c => c switch { '\n' => new Key(KeyKind.Enter), '\t' => new Key(KeyKind.Tab), _ => new Key(KeyKind.Text, c) });

    public async Task<(int Exit, string Out, string Error)> RunAsync(params string[] arguments)
    {
        var keys = new Queue<Key>(Keys ?? []);
        var terminal = new Terminal
        {
            In = new StringReader(Input),
            Out = TextWriter.Synchronized(Out),
            Error = TextWriter.Synchronized(Error),
            InIsTerminal = Keys is not null,
            OutIsTerminal = Keys is not null,
            ErrorIsTerminal = Keys is not null,
            // Who types no more goes.
            ReadKey = Keys is null ? null : () => keys.TryDequeue(out var key) ? key : Key.Control('d'),
            KeyWaiting = () => keys.Count > 0,
            Environment = name => Environment.GetValueOrDefault(name),
            Time = Time,
            Interrupts = Interrupts,
            OutClosed = OutClosed,
        };
        using var program = new AectlProgram(terminal);
        var exit = await program.RunAsync(arguments).WaitAsync(TimeSpan.FromSeconds(30));
        return (exit, Out.ToString(), Error.ToString());
    }
}
