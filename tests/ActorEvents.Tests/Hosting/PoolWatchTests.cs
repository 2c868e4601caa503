using ActorEvents.Hosting;
using ActorEvents.Tests.Kafka;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorEvents.Tests.Hosting;

/// <summary>The pool is one for the process: what waits in it would hold up whatever runs beside it.</summary>
[CollectionDefinition(nameof(PoolWatchTests), DisableParallelization = true)]
public sealed class PoolWatchTestsCollection;

[Collection(nameof(PoolWatchTests))]
public sealed class PoolWatchTests
{
    private const int Waiting = 300;

    /// <summary>A handler that slept in 200 entities took all threads of the pool, and no probe of health was answered any more.</summary>
    [Fact]
    public async Task Work_that_waits_leaves_threads_to_what_does_not()
    {
        ThreadPool.GetMinThreads(out var before, out var io);
        using var end = new ManualResetEventSlim();
        var begun = 0;
        Task[] work;
        using (new PoolWatch(TimeProvider.System, NullLogger.Instance))
        {
            work = [.. Enumerable.Range(0, Waiting).Select(_ => Task.Run(() =>
            {
                Interlocked.Increment(ref begun);
                end.Wait();
            }))];
            await Poll.UntilAsync(() => Task.FromResult(Volatile.Read(ref begun) == Waiting));
        }

        end.Set();
        await Task.WhenAll(work);
        ThreadPool.SetMinThreads(before, io);
    }
}
