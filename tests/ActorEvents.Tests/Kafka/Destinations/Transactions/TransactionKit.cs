using ActorEvents.Kafka.Clients;
using ActorEvents.Kafka.Destinations.Transactions;
using ActorEvents.Kafka.Producers;
using ActorEvents.Relay;
using ActorEvents.Tests.Relay;
using ActorEvents.Tests.Sources;

namespace ActorEvents.Tests.Kafka.Destinations.Transactions;

/// <summary>Destinations of one journal, as relays have them one after the other.</summary>
internal sealed class TransactionKit(string bootstrap) : IAsyncDisposable
{
    private readonly KafkaClientOptions _options = new() { BootstrapServers = bootstrap };
    private readonly List<TransactionalDestination> _destinations = [];
    private readonly SourceKit.RecordedLog _log = new();
    private KafkaTopics? _topics;

    public FakeDeadLetters DeadLetters { get; } = new();

    public string JournalId { get; } = "journal-" + Guid.NewGuid().ToString("N");

    private KafkaTopics Topics => _topics ??= new KafkaTopics(_options, TimeProvider.System, _log);

    /// <param name="restores">Orderings of the journal at its restores.</param>
    public TransactionalDestination Destination(Action<TransactionStep>? passed = null, params long[] restores)
    {
        var destination = new TransactionalDestination(new TransactionalSettings(
            _options,
            Topics,
            new KafkaPlaces(Topics, JournalId, restores),
            new TopicLimits(Topics, DestinationKit.MaxEventBytes, _log),
            DeadLetters,
            DestinationKit.MaxEventBytes,
            TimeProvider.System,
            _log)
        { Passed = passed ?? (_ => { }) });
        _destinations.Add(destination);
        return destination;
    }

    /// <summary>The place that it is told when it begins with the topic.</summary>
    public static async Task<long?> OpenAsync(IRelayDestination destination, string topic)
    {
        await destination.TopicIdAsync(topic, CancellationToken.None).WaitAsync(DestinationKit.Deadline, TimeProvider.System);
        return await destination.PlaceAsync(topic, CancellationToken.None);
    }

    public static Task<IReadOnlyList<RelayRefusal>> PublishAsync(IRelayDestination destination, params RelayRecord[] records) =>
        destination.PublishAsync(records).WaitAsync(DestinationKit.Deadline, TimeProvider.System);

    public async ValueTask DisposeAsync()
    {
        foreach (var destination in _destinations)
        {
            await destination.DisposeAsync();
        }

        _topics?.Dispose();
    }
}

/// <summary>Holds a destination the first time that one of its transactions comes to a step, until it is told to go on.</summary>
internal sealed class Halt(TransactionStep at) : IDisposable
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ManualResetEventSlim _goes = new();

    public Task ReachedAsync() => _reached.Task.WaitAsync(DestinationKit.Deadline, TimeProvider.System);

    /// <summary>For the destination.</summary>
    public void Passed(TransactionStep step)
    {
        if (step == at && _reached.TrySetResult())
        {
            _goes.Wait(DestinationKit.Deadline);
        }
    }

    public void GoOn() => _goes.Set();

    public void Dispose() => _goes.Dispose();
}
