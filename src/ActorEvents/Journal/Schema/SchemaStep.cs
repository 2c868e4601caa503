namespace ActorEvents.Journal.Schema;

/// <summary>
/// One change of the tables. It adds: nodes of the version before may still run while it is made. A step that was released is never changed; the next change is a
/// step of its own.
/// </summary>
/// <param name="Version">The version that the tables have behind it.</param>
/// <param name="What">One line for the log and for whoever must run it by hand, e.g. <c>adds the table ae_due</c>.</param>
/// <param name="Sqlite">Statements, divided by ';'.</param>
/// <param name="Postgres">Statements, divided by ';'. They must run inside a transaction.</param>
internal sealed record SchemaStep(int Version, string What, string Sqlite, string Postgres);
