using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Confluent.Kafka;

namespace ActorEvents.Scenarios.Nodes;

/// <summary>
/// Order lines at a steady rate into a real Kafka, and what comes out of the shop for each: the n-th line of a product makes its n-th stock event, so that the wait of each line is known, and
/// whether any was lost, counted twice or out of order.
/// </summary>
internal sealed class LineFlow : IAsyncDisposable
{
    private const int Products = 200, Invoices = 50;

    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentDictionary<string, Queue<long>> _sent = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _sold = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<(long At, long Waited, string Product)> _waits = [];
    private readonly ConcurrentQueue<string> _wrong = [];
    private readonly Task _writing;
    private readonly Task _reading;
    private int _lines;
    private int _came;

    public LineFlow(string bootstrap, string topic, int rate)
    {
        _writing = WriteAsync(bootstrap, topic, rate);
        _reading = Task.Factory.StartNew(() => Read(bootstrap), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    public int Lines => Volatile.Read(ref _lines);

    /// <summary>Lines whose stock event has come.</summary>
    public int Came => Volatile.Read(ref _came);

    /// <summary>Stock events that are not the next of their product, and what could not be written or read.</summary>
    public IReadOnlyCollection<string> Wrong => _wrong;

    /// <summary>How many of its lines have come, and what was wrong.</summary>
    public override string ToString() => $"{Came} of {Lines} lines, wrong: [{string.Join("; ", _wrong)}], {(_reading.IsCompleted ? $"reading has ended: {_reading.Exception}" : "reading")}";

    /// <summary>Lines whose event came at or after a time: when, how long behind the line, in ms, and of which product.</summary>
    public IEnumerable<(long At, long Waited, string Product)> WaitsFrom(long at) => _waits.Where(w => w.At >= at);

    /// <summary>Writes no more.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _writing;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _end.CancelAsync();
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
        _end.Dispose();
    }

    private async Task WriteAsync(string bootstrap, string topic, int rate)
    {
        using var producer = new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = bootstrap, LingerMs = 2, EnableIdempotence = true, Partitioner = Confluent.Kafka.Partitioner.Murmur2Random }).Build();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        while (!_stop.IsCancellationRequested && await timer.WaitForNextTickAsync(CancellationToken.None))
        {
            for (var i = 0; i < rate / 20; i++)
            {
                var line = _lines;
                var product = string.Create(CultureInfo.InvariantCulture, $"P{line % Products}");
                var sent = _sent.GetOrAdd(product, _ => new Queue<long>());
                lock (sent)
                {
                    sent.Enqueue(Environment.TickCount64);
                }

                // A product's lines are all of one invoice, and so of one partition: their order is promised.
                var invoice = string.Create(CultureInfo.InvariantCulture, $"A{line % Products % Invoices}");
                producer.Produce(topic, new Message<string, string> { Key = invoice, Value = OrderLines.Line(invoice, product) }, Written);
                Volatile.Write(ref _lines, line + 1);
            }
        }

        // What the client still holds when it is closed is not written.
        producer.Flush(TimeSpan.FromSeconds(30));
    }

    private void Written(DeliveryReport<string, string> report)
    {
        if (report.Error.IsError)
        {
            _wrong.Enqueue($"A line of {report.Key} was not written: {report.Error.Reason}");
        }
    }

    private void Read(string bootstrap)
    {
        using var consumer = new ConsumerBuilder<string, byte[]>(new ConsumerConfig
        {
            BootstrapServers = bootstrap,
            GroupId = Guid.NewGuid().ToString("N"),
            AutoOffsetReset = AutoOffsetReset.Earliest,
            TopicMetadataRefreshIntervalMs = 1_000,
        }).Build();
        consumer.Subscribe("shop.stock");
        while (!_end.IsCancellationRequested)
        {
            ConsumeResult<string, byte[]>? record;
            try
            {
                record = consumer.Consume(TimeSpan.FromMilliseconds(100));
            }
            catch (ConsumeException)
            {
                // The topic is not there yet.
                continue;
            }

            if (record?.Message is { } message)
            {
                Take(message.Key, JsonDocument.Parse(Encoding.UTF8.GetString(message.Value)).RootElement);
            }
        }
    }

    private void Take(string product, JsonElement stock)
    {
        var sold = (stock.TryGetProperty("Sold", out var upper) ? upper : stock.GetProperty("sold")).GetInt32();
        var before = _sold.GetValueOrDefault(product);
        if (sold <= before)
        {
            // Published again: at least once is promised.
            return;
        }

        if (sold != before + 1)
        {
            _wrong.Enqueue($"{product}: {sold} behind {before}");
        }

        _sold[product] = sold;
        var now = Environment.TickCount64;
        if (_sent.TryGetValue(product, out var sent))
        {
            lock (sent)
            {
                _waits.Enqueue((now, now - sent.Dequeue(), product));
            }
        }

        Interlocked.Increment(ref _came);
    }
}
