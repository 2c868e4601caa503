using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Streamiz.Kafka.Net;
using Streamiz.Kafka.Net.SerDes;
using Streamiz.Kafka.Net.State;
using Streamiz.Kafka.Net.Table;

// Counts events by key and sends each on, exactly once. Told by lines on standard input: a topic to read, then "stop", and so on; says "first" when the first record of a topic
// is there, and "stopped". Ends with standard input.
if (args is not [var bootstrap, var output])
{
    Console.Error.WriteLine("Give the bootstrap servers and the output topic.");
    return 2;
}

while (Console.ReadLine() is { } topic)
{
    var seen = 0;
    var builder = new StreamBuilder();
    var events = builder.Stream<string, byte[]>(topic).Peek((_, _, _) =>
    {
        if (Interlocked.Exchange(ref seen, 1) == 0)
        {
            Console.WriteLine("first");
        }
    });
    events.GroupByKey().Count(InMemory.As<string, long>("counts").WithKeySerdes(new StringSerDes()).WithValueSerdes(new Int64SerDes()));
    events.To(output);
    using var app = new KafkaStream(builder.Build(), new StreamConfig<StringSerDes, ByteArraySerDes>
    {
        ApplicationId = topic,
        BootstrapServers = bootstrap,
        AutoOffsetReset = AutoOffsetReset.Earliest,
        Guarantee = ProcessingGuarantee.EXACTLY_ONCE,
        NumStreamThreads = 2,
        ReplicationFactor = 1,
        MaxPollRecords = 2_000,
        PollMs = 10,
        StateDir = Path.Combine(Path.GetTempPath(), "streamiz-" + Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture)),
        Logger = NullLoggerFactory.Instance,
    });
    await app.StartAsync();
    while (Console.ReadLine() is not (null or "stop"))
    {
        // Only that ends a round.
    }

    app.Dispose();
    Console.WriteLine("stopped");
}

return 0;
