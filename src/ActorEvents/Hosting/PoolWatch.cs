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

    /// <summary>
    /// Looks in a row in which the item waited, no thread of the pool was done with more than one, and none was late: a process that the machine gives no time to waits, too, but is late
    /// itself, and what it does gets done.
    /// </summary>
    private const int Looks = 2;

    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(100);

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
        var computed = Environment.CpuUsage.TotalTime;
        var at = _time.GetTimestamp();
        var (waiting, done) = (0, 0L);
        while (!_stop.Wait(s_interval))
        {
            var (was, wasAt) = (computed, at);
            (computed, at) = (Environment.CpuUsage.TotalTime, _time.GetTimestamp());
            var passed = _time.GetElapsedTime(wasAt, at);
            if (_ran)
            {
                (_ran, waiting, done) = (false, 0, ThreadPool.CompletedWorkItemCount);
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            }
            else
            {
                waiting = passed < 2 * s_interval && ThreadPool.CompletedWorkItemCount - done <= ThreadPool.ThreadCount
                    && computed - was < passed * Environment.ProcessorCount * Busy ? waiting + 1 : 0;
            }

            if (waiting >= Looks)
            {
                Raise();
            }
        }
    }

    /// <summary>The least number is one from which the pool makes threads at once, not one that it keeps.</summary>
    private void Raise()
    {
        ThreadPool.GetMinThreads(out var now, out var io);
        var threads = (int)Math.Min(Most, ThreadPool.ThreadCount + ThreadPool.PendingWorkItemCount);
        if (threads > now && ThreadPool.SetMinThreads(threads, io) && _said.IsWorthSaying("pool"))
        {
            Log.ThreadsBlocked(_log, ThreadPool.ThreadCount, threads);
        }
    }
}
