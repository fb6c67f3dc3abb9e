extension HistoryPage {
    static let style = """
        @page { size: A4; margin: 18mm 16mm; }
        body { font: 10.5pt/1.45 Georgia, "Times New Roman", serif; color: #1a1a1a; max-width: 52rem; margin: 2rem auto; padding: 0 1rem; }
        h1 { font-size: 1.7em; margin: 0 0 .2em; } h2 { font-size: 1.2em; margin: 2em 0 .5em; break-after: avoid; }
        h3 { font-size: 1em; margin: 1.2em 0 .3em; break-after: avoid; }
        table { border-collapse: collapse; width: 100%; } thead { display: table-header-group; }
        tr { break-inside: avoid; } th, td { text-align: left; vertical-align: top; padding: .3em .6em .3em 0; border-bottom: 1px solid #ccc; }
        th { font-weight: 600; border-bottom-color: #555; } .n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
        .total td { font-weight: 600; border-top: 2px solid #555; } .id { font: 8pt/1.3 ui-monospace, monospace; color: #555; overflow-wrap: anywhere; }
        .text { white-space: pre-wrap; overflow-wrap: anywhere; border-left: 3px solid #ccc; padding-left: .8em; margin: .4em 0; }
        .void { color: #8a1f11; } .faint { color: #555; } blockquote { margin: 0; }
        @media print { body { margin: 0; max-width: none; padding: 0; } }
        """

    static let template = """
        {{% CONTENT_TYPE:PAGE}}
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
        <title>{{heading}}</title>
        <style>
        {{{style}}}
        </style>
        </head>
        <body>
        {{#chronicle}}
        <h1><bdi>{{heading}}</bdi></h1>
        <p class="faint">Signed history of a contract, exported by <bdi>{{exported.by}}</bdi> at {{exported.time.text}}{{#status}}; state: {{status}}{{/status}}.
        Times are what the signers claim. VERIFY.md says how to check this page without the program that made it.</p>
        <p class="id">{{space}}</p>

        <h2>Parties</h2>
        <table>
        <thead><tr><th>Name</th><th>Role</th><th>Person and devices</th></tr></thead>
        <tbody>
        {{#parties}}
        <tr><td><bdi>{{name}}</bdi></td><td>{{role}}</td><td><span class="id">{{person}}</span>{{#devices}}<br><span class="id">{{device}}</span> <span class="faint">{{changes}} changes</span>{{/devices}}</td></tr>
        {{/parties}}
        </tbody>
        </table>

        <h2>Terms</h2>
        {{^agreements}}
        <p>No terms signed by both sides are shown.</p>
        {{/agreements}}
        {{#agreements}}
        <h3><bdi>{{subject}}</bdi></h3>
        <table>
        <thead><tr><th>Part</th><th>Due</th><th class="n">Amount</th></tr></thead>
        <tbody>
        {{#parts}}
        <tr><td>{{number}}. <bdi>{{part}}</bdi></td><td>{{due}}</td><td class="n">{{price.text}}</td></tr>
        {{/parts}}
        </tbody>
        </table>
        <table>
        <tbody>
        {{#lines}}
        <tr><td>{{label}}</td><td><bdi>{{value}}</bdi></td></tr>
        {{/lines}}
        </tbody>
        </table>
        {{#prose}}
        <h3>Text</h3>
        <div class="text" dir="auto">{{prose}}</div>
        {{/prose}}
        {{^prose}}
        <p>The text is withheld; its salted hash is <span class="id">{{proseHash}}</span>.</p>
        {{/prose}}
        <h3>Signatures over the same hash</h3>
        <p class="id">{{termsHash}}</p>
        <table>
        <thead><tr><th>Signed by</th><th>At</th><th>Change, device, and the change whose signature covers it</th></tr></thead>
        <tbody>
        {{#offer}}
        <tr><td><bdi>{{by}}</bdi> ({{role}}), offering</td><td>{{signedAt.text}}</td><td><span class="id">{{change}}<br>{{device}}<br>{{coveredBy}}</span></td></tr>
        {{/offer}}
        {{#acceptance}}
        <tr><td><bdi>{{by}}</bdi> ({{role}}), accepting</td><td>{{signedAt.text}}</td><td><span class="id">{{change}}<br>{{device}}<br>{{coveredBy}}</span></td></tr>
        {{/acceptance}}
        </tbody>
        </table>
        {{/agreements}}

        <h2>Money</h2>
        {{^money}}
        {{#isJudged}}
        <p>No terms are in force.</p>
        {{/isJudged}}
        {{^isJudged}}
        <p>Not all changes about money are shown, so nothing can be added up, and nobody can tell which acts have an effect.</p>
        {{/isJudged}}
        {{/money}}
        {{#money}}
        <table>
        <thead><tr><th>Part</th><th class="n">Agreed</th><th class="n">Funded</th><th class="n">Released</th><th class="n">Refunded</th><th class="n">Returned</th><th class="n">Held</th></tr></thead>
        <tbody>
        {{#rows}}
        <tr><td><bdi>{{part}}</bdi></td><td class="n">{{amount.text}}</td><td class="n">{{funded.text}}</td><td class="n">{{released.text}}</td><td class="n">{{refunded.text}}</td><td class="n">{{returned.text}}</td><td class="n">{{held.text}}</td></tr>
        {{/rows}}
        {{#total}}
        <tr class="total"><td>{{part}}</td><td class="n">{{amount.text}}</td><td class="n">{{funded.text}}</td><td class="n">{{released.text}}</td><td class="n">{{refunded.text}}</td><td class="n">{{returned.text}}</td><td class="n">{{held.text}}</td></tr>
        {{/total}}
        </tbody>
        </table>
        <p>{{#addsUp}}In every row funded is released, refunded and held together; what was returned was released before.{{/addsUp}}{{^addsUp}}<strong class="void">The sums do not add up.</strong>{{/addsUp}}
        {{^isHeldByAgent}}Nobody holds the money: what counts as released was claimed by the client and confirmed by the freelancer.{{/isHeldByAgent}}</p>
        {{/money}}

        <h2>Acts</h2>
        <table>
        <thead><tr><th class="n">No.</th><th>At</th><th>Who</th><th>What</th></tr></thead>
        <tbody>
        {{#acts}}
        <tr><td class="n">{{number}}</td><td>{{time.text}}</td><td><bdi>{{by}}</bdi> ({{role}})</td><td><bdi>{{sentence}}</bdi>{{#void}} <span class="void">Void: {{void}}</span>{{/void}}{{#words}}<blockquote class="text" dir="auto">{{words}}</blockquote>{{/words}}{{#files}}<br><span class="faint">File: <bdi>{{file}}</bdi>, {{size}} bytes</span>{{/files}}<br><span class="id">{{change}}</span></td></tr>
        {{/acts}}
        </tbody>
        </table>
        {{#hasResolutions}}
        <h3>Contradictions, and how the rules settled them</h3>
        <ul>
        {{#resolutions}}
        <li>{{.}}</li>
        {{/resolutions}}
        </ul>
        {{/hasResolutions}}

        {{#hasInvoices}}
        <h2>Weeks billed</h2>
        <table>
        <thead><tr><th>Week of</th><th class="n">Slots</th><th class="n">Billed</th><th class="n">Disputed slots</th><th class="n">Paid</th><th>State</th></tr></thead>
        <tbody>
        {{#invoices}}
        <tr><td>{{monday}}</td><td class="n">{{slots}}</td><td class="n">{{billed.text}}</td><td class="n">{{disputed}}</td><td class="n">{{paid.text}}</td><td>{{state}}</td></tr>
        {{/invoices}}
        </tbody>
        </table>
        {{/hasInvoices}}
        {{#hasWeeks}}
        <h2>Work diary</h2>
        <p>Slots of ten minutes, as far as they are shown.</p>
        <table>
        <thead><tr><th>Week of</th><th class="n">Slots</th><th class="n">Hours</th><th class="n">Entered by hand</th><th class="n">With a memo</th></tr></thead>
        <tbody>
        {{#weeks}}
        <tr><td>{{monday}}</td><td class="n">{{slots}}</td><td class="n">{{hours}}</td><td class="n">{{manual}}</td><td class="n">{{withMemo}}</td></tr>
        {{/weeks}}
        </tbody>
        </table>
        {{/hasWeeks}}
        {{#hasMessages}}
        <h2>Messages</h2>
        {{#messages}}
        <h3><bdi>{{by}}</bdi>, {{time.text}}</h3>
        <div class="text" dir="auto">{{text}}</div>
        {{#files}}
        <p class="faint">File: <bdi>{{file}}</bdi>, {{size}} bytes</p>
        {{/files}}
        {{#wordings}}
        <p class="faint">Worded at {{time.text}}:</p>
        <div class="text faint" dir="auto">{{wording}}</div>
        {{/wordings}}
        <p class="id">{{change}}</p>
        {{/messages}}
        {{/hasMessages}}

        {{#hasVoid}}
        <h2>Without effect</h2>
        <table>
        <thead><tr><th>By</th><th>Why</th><th>Change</th></tr></thead>
        <tbody>
        {{#withoutEffect}}
        <tr><td><bdi>{{by}}</bdi></td><td>{{reason}}</td><td><span class="id">{{change}}</span></td></tr>
        {{/withoutEffect}}
        </tbody>
        </table>
        {{/hasVoid}}

        {{#hasForks}}
        <h2>Forks</h2>
        <p>A device signed different changes in the same place, which only a copied device or a forger does. What somebody else had
        acknowledged before they knew stands; nothing else that it signed from there on counts.</p>
        <table>
        <thead><tr><th>Device of</th><th>Number</th><th>Changes</th></tr></thead>
        <tbody>
        {{#forks}}
        <tr><td><bdi>{{by}}</bdi><br><span class="id">{{device}}</span></td><td>{{number}}</td><td>{{#changes}}<span class="id">{{.}}</span><br>{{/changes}}</td></tr>
        {{/forks}}
        </tbody>
        </table>
        {{/hasForks}}

        {{#hasRemovals}}
        <h2>Removed devices</h2>
        <p>What a removed device signed counts if whoever removed it knew it, or somebody else had acknowledged it before they knew of the removal.</p>
        <table>
        <thead><tr><th>Device of</th><th>Removed by</th></tr></thead>
        <tbody>
        {{#removals}}
        <tr><td><bdi>{{by}}</bdi><br><span class="id">{{device}}</span></td><td><span class="id">{{change}}</span></td></tr>
        {{/removals}}
        </tbody>
        </table>
        {{/hasRemovals}}

        <h2>Withheld</h2>
        {{^hasWithheld}}
        <p>Nothing: every one of the {{changes}} changes is shown.</p>
        {{/hasWithheld}}
        {{#hasWithheld}}
        <p>These changes are in the history and signed; their contents are not shown and cannot be read from it.</p>
        <table>
        <thead><tr><th>By</th><th>Audience</th><th class="n">Changes</th></tr></thead>
        <tbody>
        {{#withheld}}
        <tr><td><bdi>{{by}}</bdi></td><td>{{kind}}</td><td class="n">{{count}}</td></tr>
        {{/withheld}}
        </tbody>
        </table>
        <table>
        <thead><tr><th>Where</th><th>At</th><th>Audience</th><th>Change</th></tr></thead>
        <tbody>
        {{#withheldPlaces}}
        <tr><td><bdi>{{by}}</bdi>, number {{number}}</td><td>{{time.text}}</td><td>{{audience}}</td><td><span class="id">{{change}}</span></td></tr>
        {{/withheldPlaces}}
        </tbody>
        </table>
        {{/hasWithheld}}

        <h2>What each side has signed for</h2>
        <p>Each change names the changes that its author had seen. So a signature covers them too, and the history is known to be complete up to
        there; of what came later something may be missing.</p>
        <table>
        <thead><tr><th>Signer</th><th>Up to</th></tr></thead>
        <tbody>
        {{#acknowledged}}
        <tr><td><bdi>{{by}}</bdi></td><td>{{#reaches}}<bdi>{{owner}}</bdi>, number {{number}}<br><span class="id">{{change}}</span><br>{{/reaches}}{{^reaches}}nothing of the others{{/reaches}}</td></tr>
        {{/acknowledged}}
        </tbody>
        </table>
        {{/chronicle}}
        </body>
        </html>

        """
}
