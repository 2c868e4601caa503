using ActorEvents.Retries;
using ActorEvents.Telemetry;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Hosting;

/// <summary>
/// Gives the thread pool threads when what runs on it waits instead of computing (a handler that sleeps in hundreds of entities): the pool by itself adds two a second, and until it has
/// enough, nothing else on it goes on, health over HTTP included. A thread of its own looks whether an empty item of work is run.
/// </summary>
internal sealed class PoolWatch : IThreadPoolWorkItem, IDisposable
{
    private const int Most = 1_000;

    /// <summary>A process that computes for more than that part of its processors does not wait: more threads would not help.</summary>
    private const double Busy = 0.5;

    /// <summary>Looks for which the item must have waited, while no thread of the pool has done with more than one: on a machine that others keep busy it waits, too, but work is done.</summary>
    private const int Looks = 2;

    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(50);

    private readonly ManualResetEventSlim _stop = new();
    private readonly ILogger _log;
    private readonly RepeatedErrors _said;
    private readonly TimeProvider _time;
    private readonly Thread _thread;
    private volatile bool _ran = true;

    public PoolWatch(TimeProvider time, ILogger log)
    {
        (_time, _log, _said) = (time, log, new RepeatedErrors(time));
        _thread = new Thread(Look) { IsBackground = true, Name = "actor-events-pool" };
        _thread.Start();
    }

    void IThreadPoolWorkItem.Execute() => _ran = true;

    public void Dispose()
    {
        _stop.Set();
        _thread.Join();
        _stop.Dispose();
    }

    private void Look()
    {
        ThreadPool.GetMinThreads(out var before, out var io);
        var computed = Environment.CpuUsage.TotalTime;
        var at = _time.GetTimestamp();
        var (waited, done) = (0, 0L);
        while (!_stop.Wait(s_interval))
        {
            var (was, wasAt) = (computed, at);
            (computed, at) = (Environment.CpuUsage.TotalTime, _time.GetTimestamp());
            if (_ran)
            {
                (_ran, waited, done) = (false, 0, ThreadPool.CompletedWorkItemCount);
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            }
            else if (++waited >= Looks && ThreadPool.CompletedWorkItemCount - done <= ThreadPool.ThreadCount && computed - was < _time.GetElapsedTime(wasAt, at) * Environment.ProcessorCount * Busy)
            {
                Raise(io);
            }
        }

        ThreadPool.SetMinThreads(before, io);
    }

    private void Raise(int io)
    {
        ThreadPool.GetMinThreads(out var now, out _);
        var threads = (int)Math.Min(Most, ThreadPool.ThreadCount + ThreadPool.PendingWorkItemCount);
        if (threads > now && ThreadPool.SetMinThreads(threads, io) && _said.IsWorthSaying("pool"))
        {
            Log.ThreadsBlocked(_log, ThreadPool.ThreadCount, threads);
        }
    }
}
