package convert_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/convert"
	"wain/convert/elf"
	"wain/convert/index"
	"wain/convert/lock"
	"wain/convert/target"
	"wain/convert/venv"
	"wain/convert/wheel"
	"wain/fixtures"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestGolden(t *testing.T) {
	b := newBench(t)
	for _, p := range build(t, b.options("debian12", "debian13", "el9", "el8")).Packages {
		got, err := fixtures.Dump(p.Path)
		if err != nil {
			t.Fatal(err)
		}
		golden := filepath.Join("testdata", p.Target+".golden")
		if *update {
			if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", p.Target, diff)
		}
	}
}

func TestResult(t *testing.T) {
	b := newBench(t)
	result := build(t, b.options("debian12", "el9"))
	if !result.Changed {
		t.Error("a first build changes nothing")
	}
	deb, rpm := result.Packages[0], result.Packages[1]
	if diff := cmp.Diff([]string{"python3.11"}, deb.Depends); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"python(abi) = 3.9", "/usr/bin/python3.9"}, rpm.Depends); diff != "" {
		t.Error(diff)
	}
	if deb.Version != "1.2.3" || deb.Release != "" || rpm.Version != "1.2.3" || rpm.Release != "1.el9" {
		t.Errorf("versions: deb %q %q, rpm %q %q", deb.Version, deb.Release, rpm.Version, rpm.Release)
	}
	if first := deb.Wheels[0]; first.Name != "myproject" || first.Source != b.path(fixtures.WheelFilename("myproject-1.2.3")) {
		t.Errorf("the first wheel is %+v", first)
	}
	if again := build(t, b.options("debian12", "el9")); again.Changed {
		t.Error("the same build again changes something")
	}
}

func TestDryRunSaysTheSameAndWritesNothing(t *testing.T) {
	b := newBench(t)
	o := b.options("debian12", "el9")
	o.DryRun = true
	dry := build(t, o)
	b.nothing()
	o.DryRun = false
	if diff := cmp.Diff(build(t, o), dry); diff != "" {
		t.Errorf("-real +dry:\n%s", diff)
	}
}

func TestRefusals(t *testing.T) {
	const house = "other"
	tests := map[string]struct {
		arrange func(b *bench, o *convert.Options)
		want    any      // pointer to the type of the error
		says    []string // in its text
	}{
		"hash-mismatch": {
			func(b *bench, o *convert.Options) {
				b.wheel("wheelhouse", "greetings", func(r *fixtures.Recipe) { r.Files[0].Data = append(r.Files[0].Data, '\n') })
			}, new(*index.HashError), []string{"greetings-2.1.0-py3-none-any.whl", "requirements.txt:"},
		},
		"hash-not-pinned": {
			func(b *bench, o *convert.Options) {
				b.write("requirements.txt", []byte("greetings==2.1.0\n"))
			}, new(*lock.Error), []string{"requirements.txt:1", "greetings"},
		},
		"missing-requirement": {
			func(b *bench, o *convert.Options) {
				b.write("requirements.txt", []byte(fixtures.Requirements(b.t, "acme_clock", "acme_words", "scripttool", "sharedata", "shouting")))
			}, new(*convert.MissingError), []string{"greetings[loud]", "nothing pins it", "debian12"},
		},
		"requirements-without-end": {
			func(b *bench, o *convert.Options) {
				o.Sources = []string{b.wheel(house, "myproject-1.2.3", func(r *fixtures.Recipe) {
					var lines strings.Builder
					for i := range 5000 {
						fmt.Fprintf(&lines, "Requires-Dist: myproject[extra%d]\n", i)
					}
					metadata(b.t, r, "Requires-Python:", lines.String()+"Requires-Python:")
				})}
			}, new(*wheel.Error), []string{"myproject-1.2.3-py3-none-any.whl", "requirements"},
		},
		"marker-excludes-needed": {
			func(b *bench, o *convert.Options) {
				text := strings.Replace(fixtures.Requirements(b.t), "greetings[loud]==2.1.0", `greetings[loud]==2.1.0 ; sys_platform == "win32"`, 1)
				b.write("requirements.txt", []byte(text))
			}, new(*convert.MissingError), []string{"greetings", "only where sys_platform == \"win32\""},
		},
		"requires-python": {
			func(b *bench, o *convert.Options) {
				path := b.wheel(house, "myproject-1.2.3", func(r *fixtures.Recipe) {
					metadata(b.t, r, "Requires-Python: >=3.9", "Requires-Python: >=3.12")
				})
				o.Sources = []string{path}
			}, new(*convert.PythonError), []string{"requires Python >=3.12", "3.11.2"},
		},
		"wrong-platform": {
			func(b *bench, o *convert.Options) {
				o.Sources = []string{b.wheel(house, "myproject-1.2.3", func(r *fixtures.Recipe) {
					r.Filename = "myproject-1.2.3-cp313-cp313-macosx_11_0_arm64.whl"
				})}
			}, new(*index.NoWheelError), []string{"debian12", "macosx_11_0_arm64"},
		},
		"wheel-conflict": {
			func(b *bench, o *convert.Options) {
				o.Sources = []string{b.wheel(house, "myproject-1.2.3", func(r *fixtures.Recipe) {
					r.Files = append(r.Files, fixtures.RecipeFile{Path: "greetings.py", Data: []byte("pass\n")})
				})}
			}, new(*venv.Error), []string{"myproject-1.2.3", "greetings-2.1.0", "greetings.py"},
		},
		"command-python": {
			func(b *bench, o *convert.Options) {
				o.Sources = []string{b.wheel(house, "myproject-1.2.3", func(r *fixtures.Recipe) {
					entryPoints(r, "[console_scripts]\npython = myproject.cli:main\n")
				})}
			}, new(*wheel.Error), []string{`"python"`},
		},
		"command-path-escape": {
			func(b *bench, o *convert.Options) {
				o.Sources = []string{b.wheel(house, "myproject-1.2.3", func(r *fixtures.Recipe) {
					entryPoints(r, "[console_scripts]\n../x = myproject.cli:main\n")
				})}
			}, new(*wheel.Error), []string{`../x`},
		},
		"record-mismatch": {
			func(b *bench, o *convert.Options) {
				data := fixtures.Wheel("myproject-1.2.3")
				o.Sources = []string{b.path("myproject-1.2.3-py3-none-any.whl")}
				b.write("myproject-1.2.3-py3-none-any.whl", data[:len(data)-7])
			}, new(*wheel.Error), []string{"myproject-1.2.3-py3-none-any.whl"},
		},
		"source-and-lock-disagree": {
			func(b *bench, o *convert.Options) {
				b.write("requirements.txt", []byte(fixtures.Requirements(b.t)+fixtures.Requirements(b.t, "myproject-1.3.0")))
			}, new(*convert.SourceError), []string{"pins myproject==1.3.0"},
		},
		"source-not-pinned": {
			func(b *bench, o *convert.Options) { o.Sources = []string{"myproject==1.2.3"} },
			new(*convert.SourceError),
			[]string{"does not pin it"},
		},
		"source-folder": {
			func(b *bench, o *convert.Options) { o.Sources = []string{b.path("wheelhouse")} },
			new(*convert.SourceError),
			[]string{"name a wheel in it"},
		},
		"misnamed-wheel": {
			func(b *bench, o *convert.Options) {
				b.write("wheelhouse/greetings-2.1.0.whl", nil)
				b.write("wheelhouse/junk.whl", nil)
				if err := os.Remove(b.path("wheelhouse/" + fixtures.WheelFilename("greetings"))); err != nil {
					b.t.Fatal(err)
				}
			}, new(*index.NoWheelError), []string{"greetings-2.1.0.whl is passed over"},
		},
		"source-twice": {
			func(b *bench, o *convert.Options) { o.Sources = append(o.Sources, b.application("myproject-1.3.0")) },
			new(*convert.SourceError),
			[]string{"same project"},
		},
		"foreign-elf": {
			func(b *bench, o *convert.Options) {
				o.Sources = []string{b.wheel(house, "myproject-1.2.3", func(r *fixtures.Recipe) {
					r.Files = append(r.Files, fixtures.RecipeFile{Path: "myproject/native.so", Data: machineCode(b.t)})
				})}
				var err error
				o.Targets[0], err = target.Find("debian12/arm64", "")
				if err != nil {
					b.t.Fatal(err)
				}
			}, new(*elf.MachineError), []string{"native.so"},
		},
		"no-find-links": {
			func(b *bench, o *convert.Options) { o.FindLinks = []string{b.path("absent")} },
			new(*index.PlaceError),
			[]string{"absent"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			o := b.options("debian12")
			test.arrange(b, &o)
			_, err := convert.Build(context.Background(), o)
			if err == nil {
				t.Fatal("built")
			}
			if !errors.As(err, test.want) {
				t.Errorf("error is a %T: %v", err, err)
			}
			if strings.Contains(err.Error(), "junk") {
				t.Errorf("what has no part in it is named:\n%v", err)
			}
			for _, text := range test.says {
				if !strings.Contains(err.Error(), text) {
					t.Errorf("%q is not in:\n%v", text, err)
				}
			}
			b.nothing()
		})
	}
}

// A package is written whole or not at all: an output that cannot be written
// leaves no other target's package either.
func TestOneOutputRefusedLeavesNone(t *testing.T) {
	for name, block := range map[string]func(b *bench) error{
		"a file for the folder": func(b *bench) error { return os.WriteFile(b.path("dist/el9"), []byte("in the way"), 0o644) },
		"a folder for the package": func(b *bench) error {
			return os.MkdirAll(b.path("dist/el9/python-myproject-1.2.3-1.el9.noarch.rpm"), 0o755)
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			if err := os.MkdirAll(b.path("dist"), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := block(b); err != nil {
				t.Fatal(err)
			}
			if _, err := convert.Build(context.Background(), b.options("debian12", "el9")); err == nil {
				t.Fatal("built")
			}
			if _, err := os.Stat(b.path("dist/debian12")); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("dist/debian12 is left: %v", err)
			}
		})
	}
}

func TestCancelled(t *testing.T) {
	b := newBench(t)
	ctx, cancel := context.WithCancel(context.Background())
	o := b.options("debian12")
	o.Progress = func(e convert.Event) {
		if e.Step == "pack" {
			cancel()
		}
	}
	if _, err := convert.Build(ctx, o); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v", err)
	}
	b.nothing()
}

// What package wheel reads around reaches the user: a healed RECORD, bytecode
// that is left out. One wheel's part of it is bounded.
func TestWarningsOfWheels(t *testing.T) {
	b := newBench(t)
	path := b.wheel("odd", "myproject-1.2.3", func(r *fixtures.Recipe) {
		r.Files = append(r.Files, fixtures.RecipeFile{Path: "myproject/__pycache__/old.cpython-311.pyc", Data: []byte("x")})
		var record strings.Builder
		for row := range 100 {
			fmt.Fprintf(&record, "myproject/absent%d.py,,\n", row)
		}
		r.Files = append(r.Files, fixtures.RecipeFile{Path: "myproject-1.2.3.dist-info/RECORD", Data: []byte(record.String())})
	})
	o := b.options("debian12")
	o.Sources, o.HealRecord = []string{path}, true
	var got []string
	for _, w := range build(t, o).Warnings {
		if strings.HasPrefix(w, "wheel "+filepath.Base(path)+": ") {
			got = append(got, w)
		}
	}
	all := strings.Join(got, "\n")
	for _, want := range []string{"1 files in __pycache__ folders are left out", `"myproject/__init__.py" is not in RECORD`, "more warnings"} {
		if !strings.Contains(all, want) {
			t.Errorf("no warning says %q:\n%s", want, all)
		}
	}
	if len(got) > 21 {
		t.Errorf("%d warnings of one wheel", len(got))
	}
}

// No target fixes the kernel of its hosts; a marker that asks for it decides
// nothing without a word.
func TestMarkersOfTheKernelAreTold(t *testing.T) {
	b := newBench(t)
	o := b.options("debian12")
	o.Sources = []string{b.wheel("odd", "myproject-1.2.3", func(r *fixtures.Recipe) {
		metadata(t, r, "Version: 1.2.3", "Version: 1.2.3\nRequires-Dist: absent; platform_release >= '5'")
	})}
	if got := strings.Join(build(t, o).Warnings, "\n"); !strings.Contains(got, "depends on platform_release") {
		t.Errorf("warnings: %s", got)
	}
}
