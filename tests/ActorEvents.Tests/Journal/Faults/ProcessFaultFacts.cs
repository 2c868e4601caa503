using ActorEvents.Tests.Kafka;

namespace ActorEvents.Tests.Journal.Faults;

/// <summary>Processes that write a journal and are killed, or sleep while another takes their place.</summary>
public abstract class ProcessFaultFacts
{
    protected abstract Task<TestJournal> NewAsync();

    /// <summary>Whether a writer could write now: the process does not sleep within a transaction.</summary>
    protected abstract Task<bool> IsFreeAsync(TestJournal place);

    [SkippableFact]
    public async Task What_a_process_has_said_to_be_durable_outlives_its_kill_and_its_successor_goes_on()
    {
        await using var place = await NewAsync();
        var ledger = new FaultLedger(alone: true);
        await (await place.OpenAsync()).DisposeAsync();
        for (var i = 0; i < FaultRun.Times; i++)
        {
            await using var process = new WrittenByProcess(place.Options, ledger);
            await process.WritesAsync(Random.Shared.Next(1, 1_000));
            await process.KillAsync();
        }

        await using var journal = await place.OpenAsync();
        await ledger.CheckAsync(journal.Reader, killed: true);
    }

    [SkippableFact]
    public async Task A_process_that_slept_while_another_wrote_its_entities_is_refused_and_begins_anew()
    {
        await using var place = await NewAsync();
        var ledger = new FaultLedger(alone: false);
        await using var sleeper = new WrittenByProcess(place.Options, ledger, "rows-only");
        for (var i = 0; i < FaultRun.Times; i++)
        {
            await sleeper.WritesAsync(Random.Shared.Next(100, 200));
            await Poll.UntilAsync(() => sleeper.Writing == JournalWriterProcess.Entities);
            await Poll.UntilAsync(
                async () =>
                {
                    await sleeper.SleepAsync();
                    if (await IsFreeAsync(place))
                    {
                        return true;
                    }

                    sleeper.Wake();
                    await sleeper.WritesAsync(1);
                    return false;
                },
                "it sleeps outside of a transaction");
            await using (var run = await FaultRun.StartAsync(place, ledger, $"other{i}", JournalWriterProcess.Entities))
            {
                await run.WritesAsync(3);
                await run.StopAsync();
            }

            sleeper.ForgetRefused();
            sleeper.Wake();
            await Poll.UntilAsync(() => sleeper.Refused == JournalWriterProcess.Entities);
        }

        await sleeper.WritesAsync(100);
        await sleeper.StopAsync();
        await using var journal = await place.OpenAsync();
        await ledger.CheckAsync(journal.Reader, killed: false);
    }
}
