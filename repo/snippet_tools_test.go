package repo_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/fixtures"
	"wain/repo"
)

var suiteOf = map[string]string{"apt": "bookworm", "yum": "el9"}

// snippet is a snippet of a good repository, changed as the test wants it.
func snippet(t *testing.T, kind, format string, change func(*repo.SnippetOptions)) string {
	t.Helper()
	o := repo.SnippetOptions{
		BaseURL: "https://repo.example.org/base", Origin: "Example Archive", Suite: suiteOf[format], Format: format,
		Fingerprints: []string{fingerprint},
	}
	if change != nil {
		change(&o)
	}
	text, err := repo.Snippet(kind, o)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// heredoc is the file that a shell script writes.
func heredoc(t *testing.T, script string) string {
	t.Helper()
	_, rest, _ := strings.Cut(script, "<<'END'\n")
	text, _, found := strings.Cut(rest, "END\n")
	if !found {
		t.Fatalf("no file in\n%s", script)
	}
	return text
}

// A resource is what a configuration tool is told of one file, command or folder.
type resource struct {
	Kind, Name string
	Properties map[string]any
}

// Ruby reads the snippets of Salt and Ansible as YAML, and runs those of Chef with a method for every resource that
// notes what it is given.
const readers = `
require 'json'; require 'yaml'
def note(kind, name, properties) = ($found ||= []) << {Kind: kind, Name: name, Properties: properties}
class Noted
  def initialize = @properties = {}
  attr_reader :properties
  def method_missing(name, *values) = @properties[name] = values.length == 1 ? values[0] : values
  def respond_to_missing?(*) = true
end
kind, file = ARGV
case kind
when 'ansible'
  YAML.safe_load_file(file).each { |task|
    task.each { |key, value| note(key, task['name'], value.is_a?(Hash) ? value : {'command' => value}) if key.start_with?('ansible.builtin.') }
  }
when 'salt'
  YAML.safe_load_file(file).each { |id, state|
    state.each { |function, list| note(function, id, list.reduce({}, :merge)) }
  }
when 'chef'
  %i[directory remote_file file apt_update].each { |resource|
    define_method(resource) { |name, &block|
      noted = Noted.new
      noted.instance_eval(&block)
      note(resource, name, noted.properties)
    }
  }
  load file
end
puts $found.to_json
`

func read(t *testing.T, kind, text string) []resource {
	t.Helper()
	fixtures.NeedTool(t, "ruby")
	dir := t.TempDir()
	for name, data := range map[string]string{"read.rb": readers, "snippet": text} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	out := must(t, clean(dir), "ruby", filepath.Join(dir, "read.rb"), kind, filepath.Join(dir, "snippet"))
	var found []resource
	if err := json.Unmarshal([]byte(out), &found); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return found
}

// toolProperties are those that the tools document for what the snippets use, and the property with a file's text.
var toolProperties = map[string]struct {
	known []string
	text  string
}{
	"ansible.builtin.copy":    {[]string{"dest", "mode", "content"}, "content"},
	"ansible.builtin.get_url": {[]string{"url", "dest", "mode", "force"}, ""},
	"ansible.builtin.file":    {[]string{"path", "state", "mode"}, ""},
	"ansible.builtin.command": {[]string{"command"}, ""},
	"file.managed":            {[]string{"name", "source", "skip_verify", "mode", "makedirs", "dir_mode", "contents"}, "contents"},
	"cmd.run":                 {[]string{"name", "onchanges"}, ""},
	"file":                    {[]string{"content", "mode", "notifies"}, "content"},
	"remote_file":             {[]string{"source", "mode", "notifies"}, ""},
	"directory":               {[]string{"mode"}, ""},
	"apt_update":              {[]string{"action"}, ""},
}

// TestSnippetTools: Ansible, Salt and Chef are told to write, byte for byte, the file that the shell script writes, with
// properties that they document and nothing else.
func TestSnippetTools(t *testing.T) {
	nasty := func(o *repo.SnippetOptions) {
		o.Origin = `Ex'"am#ple: {{ 7*7 }} \#{id} & <%= id %> é`
		o.Components = []string{"main", "contrib"}
		o.Fingerprints = append(o.Fingerprints, strings.ToLower(fingerprint))
	}
	for _, kind := range []string{repo.SnippetAnsible, repo.SnippetSalt, repo.SnippetChef} {
		for format, script := range map[string]string{"apt": repo.SnippetApt, "yum": repo.SnippetDnf} {
			for name, change := range map[string]func(*repo.SnippetOptions){
				"signed": nil, "unsigned": func(o *repo.SnippetOptions) { o.Fingerprints = nil }, "nasty": nasty,
			} {
				t.Run(kind+" "+format+" "+name, func(t *testing.T) {
					text := snippet(t, kind, format, change)
					want := heredoc(t, snippet(t, script, format, change))
					if kind != repo.SnippetChef {
						want = strings.NewReplacer("{{", "__", "}}", "__", "{id}", "_id_").Replace(want)
						if strings.ContainsAny(text, "{}") {
							t.Errorf("Jinja would read\n%s", text)
						}
					}
					var got []string
					for _, r := range read(t, kind, text) {
						known, ok := toolProperties[r.Kind]
						for property, value := range r.Properties {
							if !ok || !slices.Contains(known.known, property) {
								t.Errorf("%s %s has %s", r.Kind, r.Name, property)
							}
							if property == known.text {
								got = append(got, value.(string))
							}
						}
					}
					if diff := cmp.Diff([]string{want}, got); diff != "" {
						t.Errorf("files (-shell +%s):\n%s\n%s", kind, diff, text)
					}
				})
			}
		}
	}
}

// TestClientAnsible has Ansible itself carry out its snippet on a host, twice: the second time nothing changes.
func TestClientAnsible(t *testing.T) {
	fixtures.NeedRoots(t)
	packages := filepath.Join(filepath.Dir(filepath.Dir(fixtures.PythonTool(t, "ansible", "python"))), "lib/python3.11/site-packages")
	dir, _ := published(t)
	server := httptest.NewServer(http.FileServer(http.Dir(dir)))
	t.Cleanup(server.Close)
	for format, test := range map[string]struct{ root, ask, want string }{
		"apt": {"bookworm", "apt-cache madison python-myproject", "python-myproject |      1.2.3 | " + server.URL + "/apt bookworm/main"},
		"yum": {"rpmhost", "dnf -q -y --releasever=9 --forcearch=x86_64 repoquery python-myproject", "python-myproject-0:1.2.3-1.el9.x86_64"},
	} {
		t.Run(format, func(t *testing.T) {
			tasks := snippet(t, repo.SnippetAnsible, format, func(o *repo.SnippetOptions) {
				o.BaseURL, o.Fingerprints = server.URL, []string{key(t, "archive").Fingerprint()}
			})
			out := fixtures.Root(t, test.root).Run(t, "cat >/tasks.yml <<'END OF TASKS'\n"+tasks+"END OF TASKS\n"+`
cat >/play.yml <<'END'
- hosts: localhost
  gather_facts: false
  tasks:
    - ansible.builtin.import_tasks: /tasks.yml
END
play() {
	PYTHONPATH=/ansible python3 -m ansible playbook -c local -i localhost, -e ansible_python_interpreter=/usr/bin/python3 /play.yml
}
mkdir -p /etc/yum.repos.d
play
echo '=== again'
play
echo '=== asked'
`+test.ask+"\n", map[string]string{"/ansible": packages})
			_, again, _ := strings.Cut(out, "=== again\n")
			again, asked, _ := strings.Cut(again, "=== asked\n")
			if !strings.Contains(again, "changed=0 ") || !strings.Contains(again, "failed=0 ") {
				t.Errorf("the second run changes something:\n%s", out)
			}
			if !strings.Contains(asked, test.want) {
				t.Errorf("the host sees no %q:\n%s", test.want, out)
			}
		})
	}
}
