using System.Diagnostics;
using ActorEvents.Journal;
using ActorEvents.Journal.Tail;
using ActorEvents.Kafka.Clients;
using ActorEvents.Kafka.Destinations;
using ActorEvents.Kafka.Destinations.Transactions;
using ActorEvents.Kafka.Producers;
using ActorEvents.Relay;
using ActorEvents.Tests.Kafka.Embedded;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorEvents.Tests.Kafka.Destinations.Transactions;

/// <summary>A relay in a process of its own: publishes what a journal holds and ends, or kills itself with -9 on the way.</summary>
internal static class RelayProcess
{
    /// <summary>What a process that was killed with -9 ends with.</summary>
    public const int Killed = 137;

    /// <summary>The exit code; 0: everything is published.</summary>
    /// <param name="at">Where it kills itself; null: it does not.</param>
    /// <param name="transaction">In its first (1) or a later transaction.</param>
    public static async Task<int> StartAsync(string journal, string bootstrap, TransactionStep? at = null, int transaction = 0)
    {
        using var process = Process.Start(BrokerParent.Start(["relay", journal, bootstrap, at?.ToString() ?? "", transaction.ToString(System.Globalization.CultureInfo.InvariantCulture)]))!;
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(120), TimeProvider.System);
        return process.ExitCode;
    }

    public static async Task<int> RunAsync(string file, string bootstrap, string at, int transaction)
    {
        var (time, log) = (TimeProvider.System, NullLogger.Instance);
        await using var journal = await JournalDatabase.OpenAsync(new JournalOptions { SqliteFile = file }, time, CancellationToken.None);
        var kafka = new KafkaClientOptions { BootstrapServers = bootstrap, Partitions = 1 };
        using var topics = new KafkaTopics(kafka, time, log);
        await using var tail = new JournalTail(journal.Reader, TimeSpan.FromMilliseconds(50), time, log);
        var settings = new TransactionalSettings(
            kafka,
            topics,
            new KafkaPlaces(topics, journal.JournalId, journal.Restores),
            new TopicLimits(topics, DestinationKit.MaxEventBytes, log),
            journal.DeadLetters,
            DestinationKit.MaxEventBytes,
            time,
            log)
        {
            Passed = step =>
            {
                transaction -= step == TransactionStep.Begun ? 1 : 0;
                if (transaction == 0 && step.ToString() == at)
                {
                    Process.GetCurrentProcess().Kill();
                }
            },
        };
        // So narrow a window that what is published takes several transactions.
        var options = new RelayOptions { ExactlyOnce = true, PageRows = 50, WindowEvents = 60 };
        var feeder = new RelayFeeder(
            new RelaySettings(journal.JournalId, tail, journal.Relay, journal.DeadLetters, () => new TransactionalDestination(settings), options, time, log), () => { })
        {
            StoreAtOnce = true,
        };
        var end = await tail.EndAsync(CancellationToken.None);
        while (feeder.View?.Reached(end) != true)
        {
            await feeder.PassAsync(CancellationToken.None);
        }

        await feeder.CloseAsync();
        return 0;
    }
}
