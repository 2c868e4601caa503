namespace ActorEvents.Tests.Journal.Faults;

[Collection(FaultServerCollection.Name)]
public sealed class PostgresProcessFaultTests(FaultServer server) : ProcessFaultFacts
{
    protected override async Task<TestJournal> NewAsync() => await server.NewJournalAsync();

    /// <summary>Rows alone are a statement without a transaction around it, which the server ends without the process.</summary>
    protected override Task<bool> IsFreeAsync(TestJournal place) => Task.FromResult(true);
}
