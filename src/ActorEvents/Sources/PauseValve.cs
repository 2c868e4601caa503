using System.Collections.Concurrent;
using Akka;
using Akka.Streams;
using Akka.Streams.Dsl;
using Akka.Streams.Stage;

namespace ActorEvents.Sources;

/// <summary>
/// Lets nothing through graphs while their source is paused: they stand still by back-pressure. One for all graphs of a source; set by its actor.
/// </summary>
internal sealed class PauseValve(bool paused)
{
    private readonly ConcurrentDictionary<object, Action> _stages = [];
    private volatile bool _paused = paused;

    public bool Paused
    {
        get => _paused;
        set
        {
            _paused = value;
            foreach (var look in _stages.Values)
            {
                look();
            }
        }
    }

    /// <summary>In flight: 0; buffered: 0; capacity: 1, which is what was asked for before the pause. Ends with its upstream, paused or not.</summary>
    public Flow<T, T, NotUsed> Flow<T>() => Akka.Streams.Dsl.Flow.FromGraph(new Stage<T>(this));

    private sealed class Stage<T>(PauseValve valve) : GraphStage<FlowShape<T, T>>
    {
        private readonly Inlet<T> _in = new("valve.in");
        private readonly Outlet<T> _out = new("valve.out");

        public override FlowShape<T, T> Shape => new(_in, _out);

        protected override GraphStageLogic CreateLogic(Attributes inheritedAttributes) => new Logic(this, valve);

        private sealed class Logic : InAndOutGraphStageLogic
        {
            private readonly Stage<T> _stage;
            private readonly PauseValve _valve;

            public Logic(Stage<T> stage, PauseValve valve)
                : base(stage.Shape)
            {
                (_stage, _valve) = (stage, valve);
                SetHandlers(stage._in, stage._out, this);
            }

            public override void PreStart() => _valve._stages[this] = GetAsyncCallback(OnPull);

            public override void PostStop() => _valve._stages.TryRemove(this, out _);

            public override void OnPush() => Push(_stage._out, Grab(_stage._in));

            public override void OnPull()
            {
                if (!_valve._paused && IsAvailable(_stage._out) && !HasBeenPulled(_stage._in) && !IsClosed(_stage._in))
                {
                    Pull(_stage._in);
                }
            }
        }
    }
}
