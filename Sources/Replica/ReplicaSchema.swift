import Store

extension Schema {
    /// What a replica knows of itself, and everything it folds from the changes.
    static let replica = Schema(
        part: "replica",
        migrations: [
            """
            -- LOCAL: of this device alone, derived from nothing.
            CREATE TABLE identity (
                id INTEGER PRIMARY KEY CHECK (id = 1),
                person BLOB NOT NULL, certificate BLOB NOT NULL, name TEXT NOT NULL,
                space BLOB                              -- the person's identity space, once founded or fetched
            ) STRICT;
            -- Links made here, so that they can be shown again, and links taken up, until the join is through.
            CREATE TABLE invite_made (invite BLOB PRIMARY KEY, space BLOB NOT NULL, link TEXT NOT NULL) STRICT, WITHOUT ROWID;
            CREATE TABLE invite_held (space BLOB PRIMARY KEY, secret BLOB NOT NULL, link TEXT NOT NULL) STRICT, WITHOUT ROWID;
            CREATE TABLE address (url TEXT PRIMARY KEY, name TEXT NOT NULL, is_relay INTEGER NOT NULL,
                last_sync INTEGER, last_error TEXT) STRICT, WITHOUT ROWID;
            -- The running timer: at most one.
            CREATE TABLE timer (id INTEGER PRIMARY KEY CHECK (id = 1), space BLOB NOT NULL, started INTEGER NOT NULL,
                recorded INTEGER NOT NULL, memo TEXT NOT NULL) STRICT;

            -- FOLDED: all below can be rebuilt from the changes at any time.
            CREATE TABLE roster_row (space BLOB NOT NULL, device BLOB NOT NULL, person BLOB NOT NULL, role TEXT NOT NULL,
                PRIMARY KEY (space, device)) STRICT, WITHOUT ROWID;
            CREATE TABLE epoch_key (space BLOB NOT NULL, epoch BLOB NOT NULL, audience INTEGER NOT NULL, key BLOB NOT NULL,
                PRIMARY KEY (space, epoch, audience)) STRICT, WITHOUT ROWID;
            -- Changes that are kept but have no effect, and why.
            CREATE TABLE held_back (space BLOB NOT NULL, change BLOB NOT NULL, ordinal INTEGER NOT NULL, kind TEXT NOT NULL,
                reason TEXT NOT NULL, PRIMARY KEY (space, change, ordinal)) STRICT, WITHOUT ROWID;

            -- Acts in the linear order in which they fold.
            CREATE TABLE act (space BLOB NOT NULL, lamport INTEGER NOT NULL, device BLOB NOT NULL, change BLOB NOT NULL,
                ordinal INTEGER NOT NULL, time INTEGER NOT NULL, kind TEXT NOT NULL, document BLOB, payload BLOB NOT NULL,
                reason TEXT,                            -- why it is void; null if it took effect
                PRIMARY KEY (space, lamport, device, change, ordinal)) STRICT, WITHOUT ROWID;
            CREATE TABLE contract_row (space BLOB PRIMARY KEY, title TEXT NOT NULL, status TEXT NOT NULL, currency TEXT NOT NULL,
                pricing TEXT NOT NULL, total INTEGER, offer BLOB) STRICT, WITHOUT ROWID;
            CREATE TABLE milestone_row (space BLOB NOT NULL, number INTEGER NOT NULL, title TEXT NOT NULL,
                amount INTEGER NOT NULL, due TEXT, status TEXT NOT NULL, round INTEGER NOT NULL,
                PRIMARY KEY (space, number)) STRICT, WITHOUT ROWID;

            -- Registers: each row is a write that no later write has seen; the last in order wins, the others are kept.
            CREATE TABLE register (space BLOB NOT NULL, kind TEXT NOT NULL, item BLOB NOT NULL, lamport INTEGER NOT NULL,
                device BLOB NOT NULL, change BLOB NOT NULL, ordinal INTEGER NOT NULL, seq INTEGER NOT NULL, value BLOB NOT NULL,
                PRIMARY KEY (space, kind, item, lamport, device, change, ordinal)) STRICT, WITHOUT ROWID;
            CREATE TABLE name_row (space BLOB NOT NULL, person BLOB NOT NULL, name TEXT NOT NULL,
                PRIMARY KEY (space, person)) STRICT, WITHOUT ROWID;
            CREATE TABLE diary_row (space BLOB NOT NULL, slot INTEGER NOT NULL, device BLOB NOT NULL, person BLOB NOT NULL,
                activity INTEGER NOT NULL, is_manual INTEGER NOT NULL, memo_hash BLOB,
                PRIMARY KEY (space, slot, device)) STRICT, WITHOUT ROWID;
            CREATE TABLE memo_row (space BLOB NOT NULL, slot INTEGER NOT NULL, device BLOB NOT NULL, text TEXT NOT NULL,
                PRIMARY KEY (space, slot, device)) STRICT, WITHOUT ROWID;
            CREATE TABLE message_row (space BLOB NOT NULL, lamport INTEGER NOT NULL, device BLOB NOT NULL, change BLOB NOT NULL,
                ordinal INTEGER NOT NULL, person BLOB NOT NULL, time INTEGER NOT NULL, text TEXT NOT NULL,
                edits INTEGER NOT NULL, PRIMARY KEY (space, lamport, device, change, ordinal)) STRICT, WITHOUT ROWID;
            CREATE INDEX message_change ON message_row (change);
            -- Every wording that a message ever had.
            CREATE TABLE wording (space BLOB NOT NULL, message BLOB NOT NULL, lamport INTEGER NOT NULL, device BLOB NOT NULL,
                change BLOB NOT NULL, ordinal INTEGER NOT NULL, time INTEGER NOT NULL, text TEXT NOT NULL,
                PRIMARY KEY (space, message, lamport, device, change, ordinal)) STRICT, WITHOUT ROWID;
            CREATE TABLE statement_row (space BLOB NOT NULL, hash BLOB NOT NULL, change BLOB NOT NULL, text TEXT NOT NULL,
                PRIMARY KEY (space, hash)) STRICT, WITHOUT ROWID;
            CREATE TABLE file_row (space BLOB NOT NULL, lamport INTEGER NOT NULL, device BLOB NOT NULL, change BLOB NOT NULL,
                ordinal INTEGER NOT NULL, position INTEGER NOT NULL, person BLOB NOT NULL, time INTEGER NOT NULL,
                name TEXT NOT NULL, size INTEGER NOT NULL, blob BLOB NOT NULL, key BLOB NOT NULL,
                PRIMARY KEY (space, lamport, device, change, ordinal, position)) STRICT, WITHOUT ROWID;
            CREATE TABLE terms_row (space BLOB PRIMARY KEY, text TEXT NOT NULL, edits INTEGER NOT NULL, last BLOB NOT NULL,
                state BLOB NOT NULL) STRICT;

            -- Full text: the index keeps no copy of the rows.
            CREATE TABLE search_row (number INTEGER PRIMARY KEY, space BLOB NOT NULL, kind TEXT NOT NULL, item BLOB NOT NULL,
                text TEXT NOT NULL, UNIQUE (space, kind, item)) STRICT;
            CREATE VIRTUAL TABLE search_index USING fts5 (text, content = 'search_row', content_rowid = 'number',
                tokenize = "unicode61 remove_diacritics 2");
            CREATE TRIGGER search_insert AFTER INSERT ON search_row BEGIN
                INSERT INTO search_index (rowid, text) VALUES (new.number, new.text);
            END;
            CREATE TRIGGER search_delete AFTER DELETE ON search_row BEGIN
                INSERT INTO search_index (search_index, rowid, text) VALUES ('delete', old.number, old.text);
            END;
            CREATE TRIGGER search_update AFTER UPDATE ON search_row BEGIN
                INSERT INTO search_index (search_index, rowid, text) VALUES ('delete', old.number, old.text);
                INSERT INTO search_index (rowid, text) VALUES (new.number, new.text);
            END;

            -- VIEWS for people who look in with sqlite3: ids in hexadecimal, times as text, amounts in minor units.
            CREATE VIEW contract AS
                SELECT lower(hex(c.space)) AS id, c.title, c.status, c.pricing, c.total, c.currency,
                    (SELECT n.name FROM roster_row r JOIN name_row n USING (space, person)
                        WHERE r.space = c.space AND r.role = 'client' LIMIT 1) AS client,
                    (SELECT n.name FROM roster_row r JOIN name_row n USING (space, person)
                        WHERE r.space = c.space AND r.role = 'freelancer' LIMIT 1) AS freelancer
                FROM contract_row c;
            CREATE VIEW milestone AS
                SELECT lower(hex(m.space)) AS contract, c.title AS contract_title, m.number, m.title, m.amount, c.currency,
                    m.due, m.status, m.round
                FROM milestone_row m JOIN contract_row c USING (space);
            CREATE VIEW message AS
                SELECT lower(hex(m.space)) AS contract, lower(hex(m.change)) AS id,
                    strftime('%Y-%m-%dT%H:%M:%SZ', m.time / 1000, 'unixepoch') AS time, n.name AS author, m.text, m.edits
                FROM message_row m LEFT JOIN name_row n USING (space, person)
                ORDER BY m.space, m.lamport, m.device, m.change, m.ordinal;
            CREATE VIEW diary_slot AS
                SELECT lower(hex(d.space)) AS contract, strftime('%Y-%m-%dT%H:%M:%SZ', d.slot * 600, 'unixepoch') AS start,
                    n.name AS author, lower(hex(d.device)) AS device, d.activity, d.is_manual, m.text AS memo
                FROM diary_row d LEFT JOIN memo_row m USING (space, slot, device) LEFT JOIN name_row n USING (space, person)
                ORDER BY d.space, d.slot, d.device;
            """,
            """
            -- What moved on a milestone, as its agent signed it.
            ALTER TABLE milestone_row ADD COLUMN funded INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE milestone_row ADD COLUMN released INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE milestone_row ADD COLUMN refunded INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE milestone_row ADD COLUMN returned INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE milestone_row ADD COLUMN in_dispute INTEGER NOT NULL DEFAULT 0;
            -- LOCAL, an agent's bank: entries of statements with what each was used for, balances, and payments ordered.
            CREATE TABLE bank_entry (id TEXT PRIMARY KEY, account TEXT NOT NULL, day TEXT NOT NULL, is_credit INTEGER NOT NULL,
                minor INTEGER NOT NULL, currency TEXT NOT NULL, counterparty TEXT, iban TEXT, text TEXT NOT NULL,
                use TEXT NOT NULL, reference TEXT) STRICT, WITHOUT ROWID;
            CREATE TABLE bank_balance (number INTEGER PRIMARY KEY, account TEXT NOT NULL, currency TEXT NOT NULL,
                statement TEXT NOT NULL, opening INTEGER, closing INTEGER, UNIQUE (account, currency, statement)) STRICT;
            -- Everything that renders a payment, whose file is null until it is in one and empty where somebody pays by hand.
            CREATE TABLE bank_order (number INTEGER PRIMARY KEY, reference TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
                item BLOB NOT NULL, method TEXT NOT NULL, name TEXT NOT NULL, destination TEXT NOT NULL, bic TEXT,
                minor INTEGER NOT NULL, currency TEXT NOT NULL, time INTEGER NOT NULL, file TEXT) STRICT;
            CREATE TABLE bank_file (name TEXT PRIMARY KEY, bytes BLOB NOT NULL, time INTEGER NOT NULL,
                is_written INTEGER NOT NULL DEFAULT 0) STRICT, WITHOUT ROWID;
            -- LOCAL: where this file lay when each device first wrote to it, as a digest; elsewhere it is a copy.
            CREATE TABLE home (device BLOB PRIMARY KEY, place BLOB NOT NULL) STRICT, WITHOUT ROWID;
            -- Keys of single changes, revealed in a dispute to those who hold no key of their audience.
            CREATE TABLE disclosed_key (space BLOB NOT NULL, change BLOB NOT NULL, key BLOB NOT NULL,
                PRIMARY KEY (space, change)) STRICT, WITHOUT ROWID;
            DROP VIEW milestone;
            CREATE VIEW milestone AS
                SELECT lower(hex(m.space)) AS contract, c.title AS contract_title, m.number, m.title, m.amount, c.currency,
                    m.due, m.status, m.round, m.funded, m.released, m.refunded, m.funded - m.released - m.refunded AS held,
                    m.returned, m.in_dispute
                FROM milestone_row m JOIN contract_row c USING (space);
            """,
            """
            -- Who is in a space, with or without a device, in a role that says so if they have it no more.
            CREATE TABLE member_row (space BLOB NOT NULL, person BLOB NOT NULL, role TEXT NOT NULL,
                PRIMARY KEY (space, person)) STRICT, WITHOUT ROWID;
            -- A slot's register, in columns of its own: each row is a write that no later write has seen. The last in order wins;
            -- without activity it removes the slot.
            DROP VIEW diary_slot;
            DROP TABLE diary_row;
            CREATE TABLE diary_entry (space BLOB NOT NULL, slot INTEGER NOT NULL, device BLOB NOT NULL, lamport INTEGER NOT NULL,
                author BLOB NOT NULL, change BLOB NOT NULL, ordinal INTEGER NOT NULL, seq INTEGER NOT NULL, person BLOB NOT NULL,
                activity INTEGER, is_manual INTEGER, memo_hash BLOB,
                PRIMARY KEY (space, slot, device, lamport, author, change, ordinal)) STRICT, WITHOUT ROWID;
            CREATE VIEW diary_row AS
                SELECT d.space, d.slot, d.device, d.person, d.activity, d.is_manual, d.memo_hash FROM diary_entry d
                WHERE d.activity IS NOT NULL AND NOT EXISTS (
                    SELECT 1 FROM diary_entry l WHERE l.space = d.space AND l.slot = d.slot AND l.device = d.device
                        AND (l.lamport, l.author, l.change, l.ordinal) > (d.lamport, d.author, d.change, d.ordinal));
            CREATE VIEW diary_slot AS
                SELECT lower(hex(d.space)) AS contract, strftime('%Y-%m-%dT%H:%M:%SZ', d.slot * 600, 'unixepoch') AS start,
                    n.name AS author, lower(hex(d.device)) AS device, d.activity, d.is_manual, m.text AS memo
                FROM diary_row d LEFT JOIN memo_row m USING (space, slot, device) LEFT JOIN name_row n USING (space, person)
                ORDER BY d.space, d.slot, d.device;
            -- Texts are stored in another form, too, and a message has wordings beside its row only once it is edited.
            INSERT OR REPLACE INTO meta (key, value) VALUES ('\(foldDue)', 1);
            """,
            """
            -- Local numbers of devices and people, for rows of which there are many.
            CREATE TABLE numbered (number INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE) STRICT;
            -- A slot's register as before, but everything in it is named by its local number, a change by its log and place.
            DROP VIEW diary_slot;
            DROP VIEW diary_row;
            DROP TABLE diary_entry;
            CREATE TABLE diary_entry (space INTEGER NOT NULL, slot INTEGER NOT NULL, device INTEGER NOT NULL,
                log INTEGER NOT NULL, seq INTEGER NOT NULL, lamport INTEGER NOT NULL, ordinal INTEGER NOT NULL,
                person INTEGER NOT NULL, activity INTEGER, is_manual INTEGER, memo_hash BLOB,
                PRIMARY KEY (space, slot, device, log)) STRICT, WITHOUT ROWID;
            -- Of concurrent writes with the same Lamport time the ids decide, which are looked up only then.
            CREATE VIEW diary_row AS
                SELECT s.id AS space, e.slot, d.id AS device, p.id AS person, e.activity, e.is_manual, e.memo_hash
                FROM diary_entry e JOIN space s ON s.number = e.space
                    JOIN numbered d ON d.number = e.device JOIN numbered p ON p.number = e.person
                WHERE e.activity IS NOT NULL AND NOT EXISTS (
                    SELECT 1 FROM diary_entry l WHERE l.space = e.space AND l.slot = e.slot AND l.device = e.device
                        AND (l.lamport > e.lamport OR l.lamport = e.lamport AND l.log <> e.log
                            AND ((SELECT device FROM log WHERE number = l.log),
                                (SELECT id FROM change WHERE log = l.log AND seq = l.seq))
                            > ((SELECT device FROM log WHERE number = e.log),
                                (SELECT id FROM change WHERE log = e.log AND seq = e.seq))));
            CREATE VIEW diary_slot AS
                SELECT lower(hex(d.space)) AS contract, strftime('%Y-%m-%dT%H:%M:%SZ', d.slot * 600, 'unixepoch') AS start,
                    n.name AS author, lower(hex(d.device)) AS device, d.activity, d.is_manual, m.text AS memo
                FROM diary_row d LEFT JOIN memo_row m USING (space, slot, device) LEFT JOIN name_row n USING (space, person)
                ORDER BY d.space, d.slot, d.device;
            INSERT OR REPLACE INTO meta (key, value) VALUES ('\(foldDue)', 1);
            """,
        ])

    /// A migration sets it if what is folded has to be folded anew.
    static let foldDue = "fold/due"

    /// The folded tables, each with its key; `doctor` compares and rebuilds them.
    package static let foldedTables: [(name: String, key: [String])] = [
        ("roster_row", ["space", "device"]),
        ("member_row", ["space", "person"]),
        ("epoch_key", ["space", "epoch", "audience"]),
        ("disclosed_key", ["space", "change"]),
        ("held_back", ["space", "change", "ordinal"]),
        ("act", ["space", "lamport", "device", "change", "ordinal"]),
        ("contract_row", ["space"]),
        ("milestone_row", ["space", "number"]),
        ("register", ["space", "kind", "item", "lamport", "device", "change", "ordinal"]),
        ("name_row", ["space", "person"]),
        ("numbered", ["number"]),
        ("diary_entry", ["space", "slot", "device", "log"]),
        ("memo_row", ["space", "slot", "device"]),
        ("message_row", ["space", "lamport", "device", "change", "ordinal"]),
        ("wording", ["space", "message", "lamport", "device", "change", "ordinal"]),
        ("statement_row", ["space", "hash"]),
        ("file_row", ["space", "lamport", "device", "change", "ordinal", "position"]),
        ("terms_row", ["space"]),
        ("search_row", ["space", "kind", "item"]),
    ]
}
