namespace ActorEvents.Node;

/// <summary>What <c>--help</c> says: how the node is called, and the reference of its settings.</summary>
internal static class Usage
{
    private const string Text = """
        ActorEvents.Node [--config FILE] [--data DIR] [--http PORT] [--exit-when-done] [--SETTING VALUE ...]
            One node. --config: default config/node.conf, where there is one. --data: all that it stores. --http: health and totals, 0: any free port.
        ActorEvents.Node broker [--port PORT] [--brokers N] [--topic NAME=PARTITIONS ...]
            The embedded Kafka broker by itself.

        Exit codes: 0 drained, 1 cannot start or go on, 2 a wrong setting, 3 stopped without draining whole, 130 ended at once by a second signal.

        Every setting with its default, as in a file; flow.max-events is --flow.max-events 1000 as an option, ACTOREVENTS_FLOW_MAX_EVENTS=1000 in the environment:

        """;

    public static bool IsAsked(IEnumerable<string> arguments) => arguments.Any(a => a is "--help" or "-h" or "-?");

    public static void Write(TextWriter output)
    {
        using var reference = new StreamReader(typeof(Usage).Assembly.GetManifestResourceStream("reference.conf")!);
        output.WriteLine(Text);
        output.Write(reference.ReadToEnd());
    }
}
