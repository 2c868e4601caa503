namespace ActorEvents.Tests.Journal.Faults;

/// <summary>Each commit of rows takes 200 ms more.</summary>
internal static class SlowCommits
{
    // A trigger that waits for the commit is one for each row: the first sleeps for all.
    public static Task MakeAsync(PostgresTestJournal place) => place.ExecuteAsync("""
        CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $function$
        BEGIN
            IF coalesce(current_setting('faults.slept', true), '') <> 'yes' THEN
                PERFORM set_config('faults.slept', 'yes', true);
                PERFORM pg_sleep(0.2);
            END IF;
            RETURN NULL;
        END
        $function$;
        CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON journal DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION slow();
        """);
}
