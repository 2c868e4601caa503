using System.Globalization;
using ActorEvents.Relay;

namespace ActorEvents.Tests.Relay;

/// <summary>Random runs with every fault that there is; what is promised is checked after each step. A failing run names its seed.</summary>
public sealed class RelayFaultTests
{
    private static readonly string[] Topics = ["a", "b", "c", "d"];

    [Theory]
    [InlineData(RecreatedTopic.Replay)]
    [InlineData(RecreatedTopic.Continue)]
    public async Task Whatever_fails_everything_arrives_in_order_with_repeats_that_are_identical(RecreatedTopic policy)
    {
        for (var seed = 1; seed <= 250; seed++)
        {
            try
            {
                await new Run(seed, policy).PlayAsync();
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                throw new InvalidOperationException($"seed {seed.ToString(CultureInfo.InvariantCulture)}: {e.Message}", e);
            }
        }
    }

    private sealed class Run
    {
        private readonly Random _random;
        private readonly RelayBench _bench = new();
        private readonly List<RelayFeeder> _feeders = [];
        private double _faults;

        public Run(int seed, RecreatedTopic policy)
        {
            _random = new Random(seed);
            _bench.Options.RecreatedTopic = policy;
            _bench.Options.PageRows = _random.Next(1, 6);
            _bench.Options.StoreInterval = TimeSpan.FromMilliseconds(_random.Next(0, 2) * 50);
            _bench.Journal.Fault = () => Hit(0.1) ? new IOException("journal away") : null;
            _bench.DeadLetters.Fault = () => Hit(0.3) ? new IOException("dead letters away") : null;
            _bench.Store.Fault = () => Hit(0.2) ? _random.Next(2) == 0 : null;
            _bench.Broker.TopicFault = _ => Hit(0.2) ? new IOException("no metadata") : null;
            _bench.Broker.Fault = records => Hit(0.3) ? _random.Next(records.Count + 1) : null;
            _bench.Broker.Refuse = r => Refused(r) ? "too large" : null;
        }

        public async Task PlayAsync()
        {
            var steps = _random.Next(10, 40);
            for (var step = 0; step < steps; step++)
            {
                _faults = _random.Next(3) * 0.5;
                Act();
                if (_feeders.Count == 0 || _random.Next(6) == 0)
                {
                    _feeders.Add(_bench.NewFeeder());
                }

                // Mostly the newest; at times one that hung and wakes up.
                await PassAsync(_random.Next(5) == 0 ? _feeders[_random.Next(_feeders.Count)] : _feeders[^1]);
                _bench.Time.Advance(TimeSpan.FromMilliseconds(_random.Next(0, 1_000)));
                Check();
            }

            _faults = 0;
            var last = _bench.NewFeeder();
            await last.PassAsync(CancellationToken.None);
            await last.CloseAsync();
            Assert.True(last.View!.Reached(_bench.Journal.Highest), "the last pass did not come to the end of the journal");
            Check();
        }

        private static bool Refused(RelayRecord record) => record.Event.Data.Span[^1] == (byte)'7';

        /// <summary>Also on the threads of what is under way.</summary>
        private bool Hit(double chance)
        {
            lock (_random)
            {
                return _random.NextDouble() < chance * _faults;
            }
        }

        private void Act()
        {
            if (_random.Next(12) == 0)
            {
                _bench.Broker.StartOver();
            }
            else if (_random.Next(12) == 0 && _bench.Broker.Names.Count > 0)
            {
                _bench.Broker.Recreate(Topics[_random.Next(Topics.Length)]);
            }

            for (var rows = _random.Next(5); rows > 0; rows--)
            {
                var key = _random.Next(3).ToString(CultureInfo.InvariantCulture);
                var number = _bench.Journal.Highest;
                _bench.Journal.Append($"h/{key}", _random.Next(3), [.. Enumerable.Range(0, _random.Next(4)).Select(i => (Topics[_random.Next(Topics.Length)], $"{number}:{i}"))]);
            }
        }

        private async Task PassAsync(RelayFeeder feeder)
        {
            try
            {
                await feeder.PassAsync(CancellationToken.None);
            }
            catch (IOException)
            {
                // Injected; the same feeder may be used again.
            }
            catch (RelayLeaseLostException)
            {
                // Another one started after it.
                _feeders.Remove(feeder);
            }
        }

        private void Check()
        {
            var replay = _bench.Options.RecreatedTopic == RecreatedTopic.Replay;
            var letters = _bench.DeadLetters.All.Select(l => (l.Position.Stream.Name, l.Position.Number)).ToHashSet();
            foreach (var topic in _bench.Broker.Names)
            {
                var all = _bench.Journal.Rows
                    .SelectMany(r => r.Entry!.Outgoing.Select((o, i) => (Destination: o.Destination, r.Ordering, Record: new RelayRecords("j1", "/actor-events/j1", []).Make(r, i))))
                    .Where(o => o.Destination == topic).ToList();
                var seen = replay ? _bench.Broker.Records(topic) : [.. _bench.Broker.Ever.Where(r => r.Topic == topic)];
                var expected = all.Where(o => !Refused(o.Record)).Select(o => o.Record.Event.Id).ToList();

                // First occurrences are a prefix of what was said, in its order: nothing is left out, and nothing is fed from the middle.
                var first = seen.Select(r => r.Event.Id).Distinct().ToList();
                Assert.Equal(expected.Take(first.Count), first);

                // A repeat is the same, byte for byte.
                var originals = all.ToDictionary(o => o.Record.Event.Id, o => o.Record);
                foreach (var record in seen)
                {
                    var original = originals[record.Event.Id];
                    Assert.Equal(original.Event.Origin, record.Event.Origin);
                    Assert.Equal(original.Event.Key, record.Event.Key);
                    Assert.True(original.Event.Data.Span.SequenceEqual(record.Event.Data.Span));
                }

                // Behind a stored place nothing is unpublished, and what was refused is set aside.
                var place = _bench.Store.Place(topic, _bench.Broker.Id(topic));
                Assert.Equal(expected.Take(all.Count(o => o.Ordering <= place && !Refused(o.Record))), first.Take(all.Count(o => o.Ordering <= place && !Refused(o.Record))));
                Assert.All(
                    all.Where(o => o.Ordering <= place && Refused(o.Record)),
                    o => Assert.Contains(($"relay/{topic}", o.Record.Event.Origin!.Value.Number), letters));
            }
        }
    }
}
