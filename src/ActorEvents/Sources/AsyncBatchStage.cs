using Akka.Streams;
using Akka.Streams.Stage;

namespace ActorEvents.Sources;

/// <summary>
/// A stream over something that is read with <c>await</c>. In flight: one read; buffered: 0; capacity: 1. Reads only on demand; a cancelled or failed stream
/// cancels the read and disposes of the enumerator when the read has ended.
/// </summary>
internal sealed class AsyncBatchStage<T>(Func<CancellationToken, IAsyncEnumerable<T>> read) : GraphStage<SourceShape<T>>
{
    private readonly Outlet<T> _out = new("batches.out");

    public override SourceShape<T> Shape => new(_out);

    protected override GraphStageLogic CreateLogic(Attributes inheritedAttributes) => new Logic(this, read);

    private sealed class Logic : OutGraphStageLogic
    {
        private readonly AsyncBatchStage<T> _stage;
        private readonly CancellationTokenSource _stop = new();
        private readonly IAsyncEnumerator<T> _batches;
        private readonly Action<Task<bool>> _onRead;
        private Task<bool> _reading = Task.FromResult(false);

        public Logic(AsyncBatchStage<T> stage, Func<CancellationToken, IAsyncEnumerable<T>> read)
            : base(stage.Shape)
        {
            _stage = stage;
            _batches = read(_stop.Token).GetAsyncEnumerator(_stop.Token);
            _onRead = GetAsyncCallback<Task<bool>>(Deliver);
            SetHandler(stage._out, this);
        }

        public override void OnPull()
        {
            _reading = _batches.MoveNextAsync().AsTask();
            if (_reading.IsCompleted)
            {
                Deliver(_reading);
            }
            else
            {
                _reading.ContinueWith(_onRead, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            }
        }

        public override void PostStop() => _ = EndAsync(_reading);

        private void Deliver(Task<bool> read)
        {
            if (!read.IsCompletedSuccessfully)
            {
                FailStage(read.Exception?.GetBaseException() ?? new TaskCanceledException(read));
            }
            else if (read.Result)
            {
                Push(_stage._out, _batches.Current);
            }
            else
            {
                CompleteStage();
            }
        }

        private async Task EndAsync(Task<bool> reading)
        {
            await _stop.CancelAsync();
            await ((Task)reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await _batches.DisposeAsync().AsTask().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _stop.Dispose();
        }
    }
}
