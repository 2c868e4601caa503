using ActorEvents.Journal.Schema;
using ActorEvents.Journal.Writing;
using ActorEvents.Tests.Kafka;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using SQLitePCL;

namespace ActorEvents.Tests.Journal.Writing;

/// <summary>The writer over sessions that fail as a test wants.</summary>
public sealed class JournalWriterTests
{
    private readonly List<string> _outcomes = [];
    private readonly Database _database = new();

    [Fact]
    public async Task What_is_handed_over_while_a_transaction_commits_shares_the_next_one()
    {
        using var writer = Writer();
        _database.Hold();
        writer.Write(Row("a"));
        await Poll.UntilAsync(() => _database.Begun == 1);
        for (var i = 0; i < 50; i++)
        {
            writer.Write(Row($"b{i}"));
        }

        _database.GoOn();
        await Poll.UntilAsync(() => Outcomes().Length == 51);
        Assert.Equal([1, 50], _database.Transactions.Select(t => t.Length));
        Assert.Equal(["a", .. Enumerable.Range(0, 50).Select(i => $"b{i}")], Outcomes());
    }

    [Fact]
    public async Task One_that_the_database_refuses_fails_alone_and_the_others_keep_their_order()
    {
        using var writer = Writer();
        _database.Refused = "13";
        _database.Hold();
        writer.Write(Row("first"));
        await Poll.UntilAsync(() => _database.Begun == 1);
        for (var i = 0; i < 40; i++)
        {
            writer.Write(Row($"{i}"));
        }

        _database.GoOn();
        await Poll.UntilAsync(() => Outcomes().Length == 41);
        Assert.Equal(["first", .. Enumerable.Range(0, 40).Select(i => i == 13 ? "13 failed" : $"{i}")], Outcomes());
        Assert.Equal(1, _database.Sessions);
        Assert.Equal(["first", .. Enumerable.Range(0, 40).Where(i => i != 13).Select(i => $"{i}")], _database.Rows);
    }

    /// <summary>It was taken for the row's fault: the entity lost an append that the database would have taken a moment later.</summary>
    [Theory]
    [InlineData(typeof(NullReferenceException))]
    [InlineData(typeof(OutOfMemoryException))]
    [InlineData(typeof(NotSupportedException))]
    [InlineData(typeof(OperationCanceledException))]
    public async Task An_error_that_nobody_knows_is_not_the_rows_fault_and_tried_again(Type unknown)
    {
        using var writer = Writer();
        _database.Throws = (Exception)Activator.CreateInstance(unknown)!;
        writer.Write(Row("a"));
        await Poll.UntilAsync(() => Outcomes().Length == 1);
        Assert.Equal(["a"], Outcomes());
    }

    [Theory]
    [InlineData(typeof(InvalidCastException))]
    [InlineData(typeof(ArgumentException))]
    public async Task What_the_driver_cannot_write_is_refused(Type fault)
    {
        using var writer = Writer();
        _database.Throws = (Exception)Activator.CreateInstance(fault)!;
        writer.Write(Row("a"));
        await Poll.UntilAsync(() => Outcomes().Length == 1);
        Assert.Equal(["a failed"], Outcomes());
    }

    /// <summary>The connection is lost during COMMIT: it has happened, or it has not.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_commit_whose_outcome_is_unknown_is_looked_up_and_written_once(bool committed)
    {
        using var writer = Writer();
        (_database.LosesNext, _database.Commits) = (true, committed);
        await WritesEachOfTwoOnceAsync(writer);
    }

    [Fact]
    public async Task A_row_that_another_writer_has_put_there_meanwhile_fails_once_the_database_is_back()
    {
        using var writer = Writer();
        (_database.LosesNext, _database.Commits) = (true, false);
        _database.WriteBehind("a", "another");
        writer.Write(Row("a"));
        await Poll.UntilAsync(() => Outcomes().Length == 1);

        Assert.Equal(["a failed"], Outcomes());
        Assert.Equal(["a"], _database.Rows);
        Assert.Null(writer.Problem);
    }

    /// <summary>PostgreSQL does not notice that the connection was cut, and commits after the writer has looked and found nothing: its own rows are in its way.</summary>
    [Fact]
    public async Task A_commit_that_ends_after_it_was_looked_for_fails_no_row()
    {
        using var writer = Writer();
        (_database.LosesNext, _database.CommitsLate) = (true, true);
        await WritesEachOfTwoOnceAsync(writer);
    }

    [Fact]
    public async Task While_the_database_is_away_nothing_fails_and_the_problem_says_why()
    {
        using var writer = Writer();
        _database.Away = true;
        writer.Write(Row("a"));
        await Poll.UntilAsync(() => writer.Problem is not null);
        Assert.Contains("disk", writer.Problem, StringComparison.Ordinal);
        writer.Write(Row("b"));
        var statement = writer.WriteAsync(_ => 5, CancellationToken.None);
        Assert.Empty(Outcomes());

        _database.Away = false;
        Assert.Equal(5, await statement);
        await Poll.UntilAsync(() => Outcomes().Length == 2);
        Assert.Null(writer.Problem);
    }

    [Fact]
    public async Task A_database_that_has_lost_what_it_told_durable_takes_nothing_more_from_this_node()
    {
        using var writer = Writer();
        foreach (var name in new[] { "a", "b", "c" })
        {
            writer.Write(Row(name));
            await Poll.UntilAsync(() => Outcomes().Contains(name));
        }

        _database.GoBack(1);
        writer.Write(Row("d"));
        var wentBack = await writer.WentBack;
        writer.Write(Row("e"));
        await Poll.UntilAsync(() => Outcomes().Length == 5);

        Assert.Equal(["a", "b", "c", "d failed", "e failed"], Outcomes());
        Assert.Equal(["a"], _database.Rows);

        // Another node has written up to that row again: this one's memory is as wrong as before.
        _database.Grow(5);
        writer.Write(Row("f"));
        await Poll.UntilAsync(() => Outcomes().Length == 6);
        Assert.Equal("f failed", Outcomes()[^1]);
        Assert.Contains("has lost row 3", wentBack.Message, StringComparison.Ordinal);
        Assert.Equal(wentBack.Message, writer.Problem);
    }

    [Fact]
    public async Task A_barrier_is_passed_when_the_outcome_of_all_before_it_is_known()
    {
        using var writer = Writer();
        _database.Hold();
        writer.Write(Row("a"));
        writer.Write(new BarrierFact(() => Add("barrier")));
        writer.Write(Row("b"));
        await Poll.UntilAsync(() => _database.Begun == 1);
        Assert.Empty(Outcomes());

        _database.GoOn();
        await Poll.UntilAsync(() => Outcomes().Length == 3);
        Assert.Equal(["a", "barrier", "b"], Outcomes());
    }

    /// <summary>Readiness would take an entity that wakes for a write.</summary>
    [Fact]
    public async Task A_barrier_alone_is_no_sign_that_the_journal_takes_writes()
    {
        var time = new FakeTimeProvider();
        using var writer = Writer(time);
        time.Advance(TimeSpan.FromSeconds(5));
        writer.Write(new BarrierFact(() => Add("barrier")));
        await Poll.UntilAsync(() => Outcomes().Length == 1);

        Assert.Equal(TimeSpan.FromSeconds(5), writer.SinceDurable);
    }

    [Fact]
    public void What_was_handed_over_is_written_before_the_end_and_what_comes_later_fails()
    {
        var writer = Writer();
        writer.Write(Row("a"));
        writer.Dispose();
        writer.Write(Row("b"));

        Assert.Equal(["a", "b failed"], Outcomes());
    }

    [Fact]
    public void The_end_does_not_wait_for_a_database_that_is_away()
    {
        var writer = Writer();
        _database.Away = true;
        writer.Write(Row("a"));
        writer.Dispose();

        Assert.Equal(["a failed"], Outcomes());
    }

    private async Task WritesEachOfTwoOnceAsync(JournalWriter writer)
    {
        writer.Write(Row("a"));
        writer.Write(Row("b"));
        await Poll.UntilAsync(() => Outcomes().Length == 2);

        Assert.Equal(["a", "b"], Outcomes());
        Assert.Equal(["a", "b"], _database.Rows);
        Assert.Null(writer.Problem);
    }

    private JournalWriter Writer(TimeProvider? time = null) =>
        new(new SqliteDialect("nowhere.db"), () => new Session(_database), time ?? TimeProvider.System, NullLogger.Instance);

    private TestRow Row(string name) => new(name, Add);

    private void Add(string outcome)
    {
        lock (_outcomes)
        {
            _outcomes.Add(outcome);
        }
    }

    private string[] Outcomes()
    {
        lock (_outcomes)
        {
            return [.. _outcomes];
        }
    }

    private sealed class TestRow(string name, Action<string> outcome) : RowFact(name, 1, [], "me")
    {
        public override void Durable() => outcome(PersistenceId);

        public override void Failed(Exception cause) => outcome($"{PersistenceId} failed");
    }

    /// <summary>Rows by persistence id with their writers; each id once.</summary>
    private sealed class Database
    {
        private readonly ManualResetEventSlim _open = new(true);
        private readonly List<(string Id, string Writer)> _rows = [];
        private (string Id, string Writer)[] _late = [];
        private string? _behind;
        private int _begun;

        public List<string[]> Transactions { get; } = [];

        public string[] Rows => [.. _rows.Select(r => r.Id)];

        public int Begun => Volatile.Read(ref _begun);

        public int Sessions { get; set; }

        public string? Refused { get; set; }

        public bool Away { get; set; }

        /// <summary>Thrown by the next transaction.</summary>
        public Exception? Throws { get; set; }

        /// <summary>The connection is lost at the end of the next transaction …</summary>
        public bool LosesNext { get; set; }

        /// <summary>… which has happened.</summary>
        public bool Commits { get; set; }

        /// <summary>… which goes on, and happens just before the next one.</summary>
        public bool CommitsLate { get; set; }

        public void Hold() => _open.Reset();

        public void GoOn() => _open.Set();

        /// <summary>Another writer comes in between.</summary>
        public void WriteBehind(string id, string writer) => _behind = $"{id} {writer}";

        public bool Has(RowFact row) => _rows.Contains((row.PersistenceId, row.Writer));

        public void Grow(int rows) => _rows.AddRange(Enumerable.Range(0, rows).Select(i => ($"other {i}", "other")));

        /// <summary>Restored: rows behind this number are gone, and with them the connections.</summary>
        public void GoBack(int rows)
        {
            _rows.RemoveRange(rows, _rows.Count - rows);
            LosesNext = true;
        }

        public void Write(RowFact[] rows)
        {
            Interlocked.Increment(ref _begun);
            _open.Wait();
            if (Throws is { } unknown)
            {
                Throws = null;
                throw unknown;
            }

            if (Away)
            {
                throw new SqliteException("full", raw.SQLITE_FULL);
            }

            _rows.AddRange(_late);
            _late = [];
            if (rows.Any(r => r.PersistenceId == Refused || _rows.Exists(t => t.Id == r.PersistenceId)))
            {
                throw new SqliteException("no", raw.SQLITE_CONSTRAINT);
            }

            var loses = LosesNext;
            LosesNext = false;
            if (loses && CommitsLate)
            {
                _late = [.. rows.Select(r => (r.PersistenceId, r.Writer))];
            }
            else if (!loses || Commits)
            {
                Transactions.Add([.. rows.Select(r => r.PersistenceId)]);
                _rows.AddRange(rows.Select(r => (r.PersistenceId, r.Writer)));
            }

            if (loses)
            {
                if (_behind?.Split(' ') is [var id, var writer])
                {
                    _rows.Add((id, writer));
                }

                throw new IOException("the connection is lost");
            }
        }
    }

    private sealed class Session : WriteSession
    {
        private readonly Database _database;

        public Session(Database database)
            : base(new SqliteConnection())
        {
            _database = database;
            _database.Sessions++;
        }

        public override bool IsOpen => true;

        public override long Write(IReadOnlyList<Fact> facts)
        {
            _database.Write([.. facts.OfType<RowFact>()]);
            foreach (var statement in facts.OfType<StatementFact>())
            {
                statement.Write(null!);
            }

            return _database.Rows.Length;
        }

        public override bool Has(long ordering) => ordering <= _database.Rows.Length;

        public override bool IsWritten(RowFact row) => _database.Has(row);
    }
}
