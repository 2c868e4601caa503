using System.Collections.Concurrent;

namespace ActorEvents.Kafka.Destinations.Transactions;

/// <summary>A thread for what waits inside librdkafka, one piece of work after the other.</summary>
internal sealed class OwnThread : IDisposable
{
    private readonly BlockingCollection<Action> _work = [];

    public OwnThread(string name) => new Thread(Run) { IsBackground = true, Name = name }.Start();

    public async Task RunAsync(Action work) => await RunAsync(() =>
    {
        work();
        return true;
    });

    public Task<T> RunAsync<T>(Func<T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() =>
        {
            try
            {
                done.SetResult(work());
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        });
        return done.Task;
    }

    /// <summary>It ends when all work is done.</summary>
    public void Dispose() => _work.CompleteAdding();

    private void Run()
    {
        foreach (var work in _work.GetConsumingEnumerable())
        {
            work();
        }

        _work.Dispose();
    }
}
