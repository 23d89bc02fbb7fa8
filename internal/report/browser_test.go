package report

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	cdpage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/stateside-dev/stateside/internal/check"
	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/programtest"
)

var screenshots = flag.String("screenshots", "", "write pictures of the page to this directory, to be looked at")

// The HTML report in a browser, which is started once.
func TestHTMLInBrowser(t *testing.T) {
	program := chromium(t)
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.NoSandbox)
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	do(t, ctx)
	for name, test := range map[string]func(*testing.T, context.Context){
		"elements": testElements, "screens": testScreens, "print": testPrint, "without scripts": testWithoutScripts,
		"many stores": testManyStores, "keyboard": testKeyboard, "screen reader": testScreenReader, "accessibility": testAccessibility,
	} {
		t.Run(name, func(t *testing.T) { test(t, ctx) })
	}
}

// open opens a report in a tab of its own. What the browser complains of is put
// into complaints.
func open(t *testing.T, ctx context.Context, r *check.Result) (tab context.Context, url string, complaints *[]string) {
	t.Helper()
	ctx, cancel := chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(cancel)
	file := filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(file, []byte(written(t, HTML, r, Options{})), 0o600); err != nil {
		t.Fatal(err)
	}
	url = "file://" + file
	complaints = &[]string{}
	listen := func(event any) {
		switch e := event.(type) {
		case *runtime.EventExceptionThrown:
			*complaints = append(*complaints, e.ExceptionDetails.Text)
		case *log.EventEntryAdded:
			*complaints = append(*complaints, e.Entry.Text)
		case *runtime.EventConsoleAPICalled:
			*complaints = append(*complaints, fmt.Sprint("console ", e.Type))
		case *network.EventRequestWillBeSent:
			if e.Request.URL != url {
				*complaints = append(*complaints, "asks for "+e.Request.URL)
			}
		}
	}
	if err := chromedp.Listen(ctx, listen); err != nil {
		t.Fatal(err)
	}
	call(t, ctx, network.Enable, network.EnableParams{})
	call(t, ctx, log.Enable, cdp.Empty{})
	// Without motion a click hits where the button is.
	call(t, ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-reduced-motion", Value: "reduce"}},
	})
	do(t, ctx, chromedp.Navigate(url), chromedp.WaitReady(chromedp.CSS("main")))
	return ctx, url, complaints
}

func chromium(t *testing.T) string {
	t.Helper()
	return programtest.Find(t, "chromium", "chromium-browser", "google-chrome", "chrome")
}

func do(t *testing.T, ctx context.Context, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(ctx, actions...); err != nil {
		t.Fatal(err)
	}
}

// call sends a command to the browser.
func call[P, R any](t *testing.T, ctx context.Context, command cdp.Command[P, R], params P) R {
	t.Helper()
	result, err := chromedp.Call(ctx, command, params)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// evaluated is the value of an expression in the page.
func evaluated[T any](t *testing.T, ctx context.Context, expression string) T {
	t.Helper()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// visible counts the rows of the table of stores that are shown.
const visible = `Array.from(document.querySelectorAll("#store-table tbody tr")).filter(r => r.offsetParent !== null).length`

// pick sets a field of the filter as a user does.
func pick(t *testing.T, ctx context.Context, id, value, event string) {
	t.Helper()
	evaluated[bool](t, ctx, fmt.Sprintf(`(() => {
		const field = document.getElementById(%q);
		field.value = %q;
		return field.dispatchEvent(new Event(%q, {bubbles: true}));
	})()`, id, value, event))
}

func testElements(t *testing.T, ctx context.Context) {
	r := project(t)
	ctx, _, complaints := open(t, ctx, r)
	v := newView(r)
	m := v.makeMap()
	for selector, want := range map[string]int{
		"main section":                             8,
		"#map .land path":                          len(m.Countries),
		"#map .land path.holds":                    3,
		"#map .spots circle":                       len(m.Spots),
		"#map .arcs path":                          len(m.Arcs),
		"#map .places li":                          len(m.Places),
		".finding":                                 len(alike(r.Report.Findings)),
		"#store-table tbody tr":                    len(r.Document.Stores),
		"#copies .lines path":                      len(r.Document.Copies),
		"#exceptions tbody tr":                     len(r.Exceptions),
		"#known .problems li":                      len(r.Report.Problems),
		"#made-of tbody tr":                        7,
		"script, style":                            2,
		"img, iframe, link, object":                0,
		"[style], [onclick], [href^='javascript']": 0,
	} {
		if got := evaluated[int](t, ctx, fmt.Sprintf("document.querySelectorAll(%q).length", selector)); got != want {
			t.Errorf("%d of %q, want %d", got, selector, want)
		}
	}
	testFilter(t, ctx, r)
	if len(*complaints) > 0 {
		t.Errorf("the browser complains: %q", *complaints)
	}
}

func testFilter(t *testing.T, ctx context.Context, r *check.Result) {
	t.Helper()
	shows := func(what string, want int) {
		t.Helper()
		got := evaluated[int](t, ctx, visible)
		for range 100 {
			if got == want {
				break
			}
			do(t, ctx, chromedp.Sleep(20*time.Millisecond))
			got = evaluated[int](t, ctx, visible)
		}
		if got != want {
			t.Errorf("%s: %d stores are shown, want %d", what, got, want)
		}
		status := evaluated[string](t, ctx, `document.getElementById("shown").textContent`)
		if !strings.HasPrefix(status, fmt.Sprint(want, " ")) {
			t.Errorf("%s: the status says %q", what, status)
		}
	}
	all := len(r.Document.Stores)
	shows("at first", all)
	do(t, ctx, chromedp.SendKeys(chromedp.CSS("#q"), "MIRROR replica"))
	shows("two words", 3)
	pick(t, ctx, "q", "", "input")
	shows("cleared", all)
	pick(t, ctx, "f-verdict", "3", "change")
	shows("errors, of which one is of a copy", 3)
	pick(t, ctx, "f-verdict", "0", "change")
	shows("no finding, neither of the store nor of a copy", 1)
	pick(t, ctx, "f-verdict", "", "change")
	pick(t, ctx, "f-country", "IE", "change")
	shows("Ireland", 3)
	pick(t, ctx, "f-country", "-", "change")
	shows("unknown places", 1)
	pick(t, ctx, "f-country", "", "change")
	pick(t, ctx, "f-dataset", "-", "change")
	shows("no dataset", 2)
	do(t, ctx, chromedp.Click(chromedp.CSS(".filters button")))
	shows("after clear", all)
}

// The page is whole on a phone and in both themes; it has pictures to look at.
func testScreens(t *testing.T, ctx context.Context) {
	ctx, _, complaints := open(t, ctx, project(t))
	backgrounds := map[string]bool{}
	for _, theme := range []string{"light", "dark"} {
		for name, width := range map[string]int64{"wide": 1280, "tablet": 800, "large phone": 500, "phone": 390, "small": 320} {
			call(t, ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
				Width: width, Height: 900, DeviceScaleFactor: 1, Mobile: width <= 500,
			})
			call(t, ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: theme}},
			})
			if over := evaluated[int](t, ctx, "document.documentElement.scrollWidth - innerWidth"); over > 0 {
				t.Errorf("%s, %s: the page is %d pixels too wide", theme, name, over)
			}
			// The graph alone may be scrolled sideways.
			if over := evaluated[int](t, ctx, `Array.from(document.querySelectorAll(".scroll:not(.chart), pre")).filter(e => e.scrollWidth > e.clientWidth).length`); over > 0 && width <= 500 {
				t.Errorf("%s, %s: %d tables and snippets are too wide", theme, name, over)
			}
			backgrounds[evaluated[string](t, ctx, "getComputedStyle(document.body).backgroundColor")] = true
			picture(t, ctx, theme+"-"+name)
		}
	}
	if len(backgrounds) != 2 {
		t.Errorf("the backgrounds are %v", backgrounds)
	}
	if len(*complaints) > 0 {
		t.Errorf("the browser complains: %q", *complaints)
	}
}

// picture writes what the whole page looks like.
func picture(t *testing.T, ctx context.Context, name string) {
	t.Helper()
	if *screenshots == "" {
		return
	}
	data, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(*screenshots, name+".png"), data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// Printed, the page has every row, and no controls.
func testPrint(t *testing.T, ctx context.Context) {
	ctx, _, _ = open(t, ctx, many(t, 450))
	if got := evaluated[int](t, ctx, visible); got != 200 {
		t.Errorf("%d rows are shown at first, want 200", got)
	}
	evaluated[bool](t, ctx, `dispatchEvent(new Event("beforeprint"))`)
	call(t, ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
	if got := evaluated[int](t, ctx, visible); got != 450 {
		t.Errorf("%d rows are printed, want 450", got)
	}
	if evaluated[bool](t, ctx, `document.querySelector(".filters").offsetParent !== null`) {
		t.Error("the filter is printed")
	}
	pdf := call(t, ctx, cdpage.PrintToPDF, cdpage.PrintToPDFParams{PreferCSSPageSize: new(true)}).Data
	if *screenshots != "" {
		if err := os.WriteFile(filepath.Join(*screenshots, "print.pdf"), pdf, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// Without scripts the page has everything but the filter.
func testWithoutScripts(t *testing.T, ctx context.Context) {
	r := many(t, 450)
	ctx, url, _ := open(t, ctx, r)
	call(t, ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	do(t, ctx, chromedp.Navigate(url), chromedp.WaitReady(chromedp.CSS("main")))
	call(t, ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{})
	if nodes := evaluated[int](t, ctx, visible); nodes != len(r.Document.Stores) {
		t.Errorf("%d rows are shown, want %d", nodes, len(r.Document.Stores))
	}
}

// All is reached and done with the keyboard: past the links to the report, into
// the filter, and on to more rows.
func testKeyboard(t *testing.T, ctx context.Context) {
	ctx, _, complaints := open(t, ctx, many(t, 450))
	press := func(keys string) {
		t.Helper()
		do(t, ctx, chromedp.KeyEvent(keys))
	}
	press("\t")
	if got := evaluated[string](t, ctx, "document.activeElement.className"); got != "skip" {
		t.Fatalf("the first tab reaches %q", got)
	}
	if !evaluated[bool](t, ctx, "document.activeElement.getBoundingClientRect().left > 0") {
		t.Error("the link past the head is not seen when it has the focus")
	}
	press("\r")
	press("\t")
	if !evaluated[bool](t, ctx, `document.activeElement.closest("main") !== null`) {
		t.Error("the link past the head does not lead past it")
	}
	reach := func(what string) {
		t.Helper()
		for range 600 {
			if evaluated[bool](t, ctx, "document.activeElement.matches('"+what+"')") {
				if !evaluated[bool](t, ctx, `document.activeElement.matches(":focus-visible") && getComputedStyle(document.activeElement).outlineStyle !== "none"`) {
					t.Errorf("one can't see that %s has the focus", what)
				}
				return
			}
			press("\t")
		}
		t.Fatalf("no tab reaches %s", what)
	}
	rows := func(what string, want int) {
		t.Helper()
		if got := evaluated[int](t, ctx, visible); got != want {
			t.Errorf("%s: %d rows are shown, want %d", what, got, want)
		}
	}
	reach("#q")
	press("bucket_number_44")
	rows("a search", 11)
	reach("#f-country")
	press("I") // as in Ireland
	rows("a country", 2)
	reach(".filters button")
	press(" ")
	do(t, ctx, chromedp.Sleep(50*time.Millisecond))
	rows("cleared", 200)
	reach("#more")
	press("\r")
	rows("more", 400)
	if len(*complaints) > 0 {
		t.Errorf("the browser complains: %q", *complaints)
	}
}

// What a screen reader is given: one heading of the first rank and none left out
// below, tables that are tables on a phone too, and a name for all that can be
// used.
func testScreenReader(t *testing.T, ctx context.Context) {
	r := project(t)
	ctx, _, _ = open(t, ctx, r)
	for name, width := range map[string]int64{"wide": 1280, "phone": 390} {
		call(t, ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
			Width: width, Height: 900, DeviceScaleFactor: 1, Mobile: width < 500,
		})
		tree := call(t, ctx, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
		roles := map[string]int{}
		last := 0
		for _, n := range tree.Nodes {
			if n.Ignored || n.Role == nil {
				continue
			}
			role, label := text(n.Role), text(n.Name)
			roles[role]++
			switch role {
			case "link", "button", "searchbox", "combobox", "region", "navigation", "search", "image", "table":
				if label == "" {
					t.Errorf("%s: a %s has no name", name, role)
				}
			case "heading":
				level := level(n)
				if level > last+1 {
					t.Errorf("%s: after a heading of rank %d comes %q of rank %d", name, last, label, level)
				}
				last = level
			}
		}
		for role, want := range map[string]int{
			"main": 1, "banner": 1, "navigation": 1, "search": 1, "searchbox": 1, "combobox": 3, "article": len(alike(r.Report.Findings)),
			"table": 4, "rowheader": len(r.Document.Stores) + 1 + len(r.Exceptions) + 7, "image": 2,
		} {
			if roles[role] != want {
				t.Errorf("%s: %d of %s, want %d", name, roles[role], role, want)
			}
		}
	}
}

// text is a value of the accessibility tree.
func text(v *accessibility.Value) string {
	if v == nil {
		return ""
	}
	var s string
	_ = json.Unmarshal(v.Value, &s)
	return s
}

func level(n *accessibility.Node) int {
	for _, p := range n.Properties {
		if p.Name == "level" {
			var level int
			_ = json.Unmarshal(p.Value.Value, &level)
			return level
		}
	}
	return 0
}

// The checks of axe find no fault: contrast, names, order, roles.
func testAccessibility(t *testing.T, ctx context.Context) {
	script := programtest.Script(t, packages, "axe-core/axe.min.js")
	ctx, _, _ = open(t, ctx, project(t))
	for _, theme := range []string{"light", "dark"} {
		for name, width := range map[string]int64{"wide": 1280, "phone": 390} {
			call(t, ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
				Width: width, Height: 900, DeviceScaleFactor: 1, Mobile: width < 500,
			})
			call(t, ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: theme}},
			})
			evaluated[bool](t, ctx, script+";\ntrue")
			faults, err := chromedp.Run(ctx, chromedp.Evaluate[string](`axe.run().then(r => r.passes.length < 20 ? "only " + r.passes.length + " checks" :
				r.violations.map(v => v.id + ": " + v.help + "\n" + v.nodes.map(n => "  " + n.html + "  " + n.any.map(a => a.message).join("; ")).join("\n")).join("\n"))`, chromedp.EvalAwaitPromise))
			if err != nil {
				t.Fatal(err)
			}
			if faults != "" {
				t.Errorf("%s, %s: %s", theme, name, faults)
			}
		}
	}
}

// many is a result with many stores in many places, some with copies and
// findings.
func many(t testing.TB, n int) *check.Result {
	r := project(t)
	stores, findings := r.Document.Stores, r.Report.Findings
	home := stores[slices.IndexFunc(stores, func(s model.Store) bool { return s.Address == "aws_s3_bucket.users" })]
	away := findings[slices.IndexFunc(findings, func(f model.Finding) bool { return f.Rule == "storage-place" })]
	r.Document.Stores, r.Document.Copies, r.Report.Findings = nil, nil, nil
	regions := []string{"us-east-1", "us-west-2", "eu-west-1", "ap-southeast-1", "sa-east-1"}
	countries := []string{"US", "US", "IE", "SG", "BR"}
	names := []string{"N. Virginia", "Oregon", "Ireland", "Singapore", "Sao Paulo"}
	for i := range n {
		s := home
		s.Address = fmt.Sprintf("module.team_%d.module.storage.aws_s3_bucket.bucket_number_%d", i%97, i)
		s.ID = s.Root + ":" + s.Address
		at := i % len(regions)
		s.Place.Locations = []model.Location{{Cloud: "aws", Region: regions[at], Name: names[at], Countries: countries[at : at+1]}}
		s.Source.Line = i + 1
		if i%3 == 0 && i > 0 {
			before := r.Document.Stores[i-1]
			r.Document.Copies = append(r.Document.Copies, model.Copy{
				ID: fmt.Sprint("copy ", i), From: before.ID, To: s.ID, Means: model.ByReplica, Place: s.Place, Source: s.Source,
			})
		}
		if i%10 == 2 {
			f := away
			f.Store, f.Address, f.Source, f.Fingerprint = s.ID, s.Address, &s.Source, fmt.Sprintf("%032x", i)
			f.Message = fmt.Sprintf("US user data is stored in aws %s", regions[at])
			r.Report.Findings = append(r.Report.Findings, f)
		}
		r.Document.Stores = append(r.Document.Stores, s)
	}
	r.Report.Summary.Stores, r.Report.Summary.Known, r.Report.Summary.Unknown = n, n, nil
	r.Report.Summary.Copies, r.Report.Summary.Errors = len(r.Document.Copies), len(r.Report.Findings)
	return r
}

// A large inventory stays a page that can be mailed and searched.
func testManyStores(t *testing.T, ctx context.Context) {
	r := many(t, 5000)
	size := len(written(t, HTML, r, Options{}))
	if size > 5_000_000 {
		t.Errorf("%d bytes", size)
	}
	ctx, _, complaints := open(t, ctx, r)
	took := evaluated[float64](t, ctx, `(() => {
		const begin = performance.now();
		const field = document.getElementById("q");
		field.value = "bucket_number_49";
		field.dispatchEvent(new Event("input", {bubbles: true}));
		document.body.offsetHeight;
		return performance.now() - begin;
	})()`)
	t.Logf("%d bytes; a filter takes %.0f ms", size, took)
	if got := evaluated[int](t, ctx, visible); got != 111 {
		t.Errorf("%d rows are shown, want 111", got)
	}
	if len(*complaints) > 0 {
		t.Errorf("the browser complains: %q", *complaints)
	}
}

// packages is where npm installs what the tests of formats need.
const packages = "../../.ci/formats"

// The flowchart is drawn by Mermaid itself.
func TestMermaidInBrowser(t *testing.T) {
	script := programtest.Script(t, packages, "mermaid/dist/mermaid.min.js")
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium(t)), chromedp.NoSandbox)
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	do(t, ctx, chromedp.Navigate("about:blank"))
	evaluated[bool](t, ctx, script+";\ntrue")
	r := project(t)
	r.Document.Stores[0].Address = "a\"] --> evil[\"<script>`x`#;|{}"
	draw := func(text string) string {
		drawn, err := chromedp.Run(ctx, chromedp.Evaluate[string](fmt.Sprintf(
			`mermaid.render("id", %q).then(r => r.svg, e => "error: " + e)`, text), chromedp.EvalAwaitPromise))
		if err != nil {
			t.Fatal(err)
		}
		return drawn
	}
	for _, text := range []string{written(t, Mermaid, r, Options{}), written(t, Mermaid, many(t, 60), Options{})} {
		if drawn := draw(text); !strings.HasPrefix(drawn, "<svg") {
			t.Errorf("%s\n%s", drawn, text)
		}
	}
	if drawn := draw("flowchart LR\n a[ -->"); strings.HasPrefix(drawn, "<svg") {
		t.Error("it draws anything")
	}
}
