using System.Collections.Immutable;
using System.Globalization;
using System.Net;

namespace ActorEvents.Kafka.Embedded;

/// <summary>How the embedded broker is started.</summary>
internal sealed record EmbeddedBrokerOptions
{
    /// <summary>19092.</summary>
    public const int DefaultPort = 19092;

    /// <summary>64: more would only be more ports.</summary>
    public const int MostBrokers = 64;

    /// <summary>10,000: beyond it the mock's linear searches are felt.</summary>
    public const int MostPartitions = 10_000;

    /// <summary>Loopback port of the first broker; further ones take the ports after it. 0: any free port, which the ready line names. Default 19092.</summary>
    public int Port { get; init; } = DefaultPort;

    /// <summary>Number of brokers. Default 1.</summary>
    public int Brokers { get; init; } = 1;

    /// <summary>Topics made at start, with their partitions. Others are made with 4 partitions when they are first used. Default none.</summary>
    public ImmutableSortedDictionary<string, int> Topics { get; init; } = ImmutableSortedDictionary.Create<string, int>(StringComparer.Ordinal);

    /// <summary>Checks all bounds.</summary>
    /// <exception cref="EmbeddedBrokerException">A value is out of range; the message names it, its bounds and its setting.</exception>
    public void Validate()
    {
        if (Brokers is < 1 or > MostBrokers)
        {
            throw new EmbeddedBrokerException(Invariant($"kafka.embedded.brokers = {Brokers} is not within 1 to {MostBrokers}."));
        }

        if (Port is < IPEndPoint.MinPort or > IPEndPoint.MaxPort || Port + Brokers - 1 > IPEndPoint.MaxPort)
        {
            throw new EmbeddedBrokerException(Invariant(
                $"kafka.embedded.port = {Port} is not within 0 to 65535{(Brokers > 1 ? $" with room for {Brokers} brokers (kafka.embedded.brokers)" : "")}."));
        }

        foreach (var (topic, partitions) in Topics)
        {
            if (topic is "" or "." or ".." || topic.Length > 249 || topic.AsSpan().ContainsAnyExcept(s_topicCharacters))
            {
                throw new EmbeddedBrokerException(
                    $"kafka.embedded.topics: '{topic}' is not a topic name; Kafka takes 1 to 249 ASCII letters, digits, '.', '_' and '-', but not '.' or '..'.");
            }

            if (partitions is < 1 or > MostPartitions)
            {
                throw new EmbeddedBrokerException(Invariant($"kafka.embedded.topics: {topic} = {partitions} partitions is not within 1 to {MostPartitions}."));
            }
        }
    }

    /// <summary>The arguments from which <see cref="EmbeddedBrokerCommand"/> makes the same options in the child.</summary>
    public IReadOnlyList<string> ToArguments(bool child)
    {
        List<string> arguments = ["--port", Port.ToString(CultureInfo.InvariantCulture), "--brokers", Brokers.ToString(CultureInfo.InvariantCulture)];
        foreach (var (topic, partitions) in Topics)
        {
            arguments.AddRange(["--topic", Invariant($"{topic}={partitions}")]);
        }

        if (child)
        {
            arguments.Add("--child");
        }

        return arguments;
    }

    /// <summary>Reads <c>--port N --brokers N --topic NAME=PARTITIONS ... --child</c>.</summary>
    /// <exception cref="EmbeddedBrokerException">An unknown option, a value that is missing, is not a number or is out of range.</exception>
    public static EmbeddedBrokerOptions Parse(IReadOnlyList<string> arguments, out bool child)
    {
        child = false;
        var options = new EmbeddedBrokerOptions();
        for (var i = 0; i < arguments.Count; i++)
        {
            var option = arguments[i];
            if (option == "--child")
            {
                child = true;
                continue;
            }

            if (option is not ("--port" or "--brokers" or "--topic"))
            {
                throw new EmbeddedBrokerException($"Unknown option '{option}'. There are: --port N, --brokers N, --topic NAME=PARTITIONS (may be repeated), --child.");
            }

            var value = ++i < arguments.Count ? arguments[i] : throw new EmbeddedBrokerException($"{option} needs a value.");
            options = option switch
            {
                "--port" => options with { Port = Number(option, value) },
                "--brokers" => options with { Brokers = Number(option, value) },
                _ => options with { Topics = Add(options.Topics, value) },
            };
        }

        options.Validate();
        return options;
    }

    private static readonly System.Buffers.SearchValues<char> s_topicCharacters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");

    private static ImmutableSortedDictionary<string, int> Add(ImmutableSortedDictionary<string, int> topics, string value)
    {
        var at = value.LastIndexOf('=');
        return at < 0
            ? throw new EmbeddedBrokerException($"--topic '{value}' is not NAME=PARTITIONS, as in --topic orders=16.")
            : topics.SetItem(value[..at], Number("--topic " + value[..at], value[(at + 1)..]));
    }

    private static int Number(string option, string value)
        => int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new EmbeddedBrokerException($"{option}: '{value}' is not a whole number.");

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
