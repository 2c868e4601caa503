using ActorEvents.Kafka.Telemetry;
using ActorEvents.Retries;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Kafka.Clients;

/// <summary>
/// Whether a broker answers. Asked at the start, every three seconds (a broker that hangs keeps its connections, and no client says anything of it for a minute), and whenever a client says that
/// it has lost all brokers, with growing pauses until one answers. Who needs the broker waits here, for as long as that takes, instead of running into time-outs of its own. Holds no thread.
/// Thread-safe.
/// </summary>
internal sealed class BrokerWatch : IDisposable
{
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(3);

    private readonly Func<Task> _ask;
    private readonly string _servers;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly RepeatedErrors _errors;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private TaskCompletionSource _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile string? _problem;
    private volatile bool _overdue;
    private volatile string? _reason;

    /// <param name="ask">Asks the broker something small, with a short time-out; throws if there is no answer. It is asked at once.</param>
    /// <param name="servers">The setting, for messages.</param>
    public BrokerWatch(Func<Task> ask, string servers, TimeProvider time, ILogger log)
    {
        (_ask, _servers, _time, _log) = (ask, servers, time, log);
        _errors = new RepeatedErrors(time);
        _problem = $"Kafka at {servers} has not answered yet";
        _ = AskAsync(_answered);
        _ = LookAsync();
    }

    /// <summary>Why no broker is reached, with the address and, once an answer is overdue, the setting to check; null while one answers.</summary>
    public string? Problem => _problem;

    /// <summary>An answer did not come in time: no broker is reached.</summary>
    public bool IsOverdue => _overdue;

    /// <summary>Completes when a broker answers; at once while one does.</summary>
    /// <exception cref="OperationCanceledException">Cancelled, or the watch is disposed.</exception>
    public Task AnsweredAsync(CancellationToken cancellationToken) => Current.WaitAsync(cancellationToken);

    /// <summary>A client's error that may be the cause: it says more than the time-out that follows.</summary>
    public void Heard(string reason) => _reason = reason;

    /// <summary>A client has lost all brokers.</summary>
    public void Suspect()
    {
        TaskCompletionSource answered;
        lock (_lock)
        {
            if (!_answered.Task.IsCompletedSuccessfully || _stop.IsCancellationRequested)
            {
                return;
            }

            answered = _answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        _ = AskAsync(answered);
    }

    public void Dispose()
    {
        _stop.Cancel();
        lock (_lock)
        {
            _answered.TrySetCanceled(_stop.Token);
        }
    }

    private Task Current
    {
        get
        {
            lock (_lock)
            {
                return _answered.Task;
            }
        }
    }

    /// <summary>One answer that does not come in time is a suspicion, and the next one a problem.</summary>
    private async Task LookAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            await Task.Delay(s_look, _time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                if (Current.IsCompletedSuccessfully && !_stop.IsCancellationRequested)
                {
                    await _ask();
                }
            }
            catch (Exception)
            {
                Suspect();
            }
        }
    }

    private async Task AskAsync(TaskCompletionSource answered)
    {
        for (var failures = 1; !_stop.IsCancellationRequested; failures++)
        {
            try
            {
                await _ask();
                if (_overdue)
                {
                    Log.BrokerReached(_log, _servers);
                }

                _problem = _reason = null;
                _overdue = false;
                answered.TrySetResult();
                return;
            }
            catch (Exception e) when (!_stop.IsCancellationRequested)
            {
                _problem = _reason is null && e is KafkaException { Error.Code: ErrorCode.Local_TimedOut or ErrorCode.Local_TimedOutQueue or ErrorCode.RequestTimedOut }
                    ? $"Kafka at {_servers} does not answer: it hangs, is overloaded, or the network drops what is sent to it ({e.Message}). All that reads from it or publishes to it waits; look at the broker"
                    : $"cannot reach Kafka at {_servers} ({_reason ?? e.Message}); check kafka.bootstrap-servers, and that the broker runs and is reached from here";
                _overdue = true;
                if (_errors.IsWorthSaying(""))
                {
                    Log.BrokerUnreachable(_log, _problem);
                }

                await Task.Delay(Backoff.After(failures, s_firstPause, s_longestPause), _time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception)
            {
                // Disposed.
            }
        }
    }
}
