package repo

import (
	"fmt"
	"strings"
	"unicode"
)

// The tools of this file get plain files to write, which every version of theirs can do without anything else on the
// host, and which are those of the shell scripts: a host may go from one tool to another.

// templated makes the options safe in a text that Jinja reads first, comments included, and in YAML.
func (o SnippetOptions) templated() SnippetOptions {
	o.Origin = strings.Map(func(r rune) rune {
		if r == '{' || r == '}' || !unicode.IsPrint(r) {
			return '_'
		}
		return r
	}, o.Origin)
	return o
}

func (o SnippetOptions) ansibleApt() string {
	o = o.templated()
	name := slug(o.Origin)
	variable := "repository_" + strings.ReplaceAll(name, "-", "_")
	var b strings.Builder
	b.WriteString(o.about())
	changed := variable + "_sources is changed"
	if len(o.Fingerprints) > 0 {
		fmt.Fprintf(&b, "- name: \"%s: folder of keys\"\n  ansible.builtin.file:\n    path: /etc/apt/keyrings\n    state: directory\n    mode: \"0755\"\n\n", name)
		fmt.Fprintf(&b, "- name: \"%s: key\"\n  ansible.builtin.get_url:\n    url: %s\n    dest: %s\n    mode: \"0644\"\n    force: true\n  register: %s_key\n\n",
			name, o.url("key.asc"), o.keyring(), variable)
		changed += " or " + variable + "_key is changed"
	}
	fmt.Fprintf(&b, "- name: \"%s: sources\"\n  ansible.builtin.copy:\n    dest: %s\n    mode: \"0644\"\n    content: |\n%s  register: %s_sources\n\n",
		name, o.sourcesFile(), indent(o.sources(), 6), variable)
	fmt.Fprintf(&b, "- name: \"%s: apt-get update\"\n  ansible.builtin.command: apt-get update\n  when: %s\n\n", name, changed)
	b.WriteString("# - name: python-myproject\n#   ansible.builtin.apt:\n#     name: python-myproject=1.2.3\n#     allow_downgrade: true\n")
	return b.String()
}

func (o SnippetOptions) ansibleYum() string {
	o = o.templated()
	return o.about() + fmt.Sprintf("- name: \"%s: repository\"\n  ansible.builtin.copy:\n    dest: %s\n    mode: \"0644\"\n    content: |\n%s\n",
		slug(o.Origin), o.repoFile(), indent(o.repoSection(), 6)) +
		"# - name: python-myproject\n#   ansible.builtin.dnf:\n#     name: python-myproject-1.2.3\n#     allow_downgrade: true\n"
}

func (o SnippetOptions) saltApt() string {
	o = o.templated()
	name := slug(o.Origin)
	var b strings.Builder
	b.WriteString(o.about())
	watched := fmt.Sprintf("      - file: %s-sources\n", name)
	if len(o.Fingerprints) > 0 {
		fmt.Fprintf(&b, "%s-key:\n  file.managed:\n    - name: %s\n    - source: %s\n    - skip_verify: True\n    - mode: \"0644\"\n    - makedirs: True\n    - dir_mode: \"0755\"\n\n",
			name, o.keyring(), o.url("key.asc"))
		watched += fmt.Sprintf("      - file: %s-key\n", name)
	}
	fmt.Fprintf(&b, "%s-sources:\n  file.managed:\n    - name: %s\n    - mode: \"0644\"\n    - contents: |\n%s\n", name, o.sourcesFile(), indent(o.sources(), 8))
	fmt.Fprintf(&b, "%s-update:\n  cmd.run:\n    - name: apt-get update\n    - onchanges:\n%s\n", name, watched)
	fmt.Fprintf(&b, "# python-myproject:\n#   pkg.installed:\n#     - version: 1.2.3\n#     - require:\n#       - cmd: %s-update\n", name)
	return b.String()
}

func (o SnippetOptions) saltYum() string {
	o = o.templated()
	name := slug(o.Origin)
	return o.about() + fmt.Sprintf("%s-repository:\n  file.managed:\n    - name: %s\n    - mode: \"0644\"\n    - contents: |\n%s\n", name, o.repoFile(), indent(o.repoSection(), 8)) +
		fmt.Sprintf("# python-myproject:\n#   pkg.installed:\n#     - version: 1.2.3-1.%s\n#     - require:\n#       - file: %s-repository\n", o.Suite, name)
}

func (o SnippetOptions) chefApt() string {
	name := slug(o.Origin)
	var b strings.Builder
	b.WriteString(o.about())
	if len(o.Fingerprints) > 0 {
		b.WriteString("directory '/etc/apt/keyrings' do\n  mode '0755'\nend\n\n")
		fmt.Fprintf(&b, "remote_file '%s' do\n  source '%s'\n  mode '0644'\n  notifies :update, 'apt_update[%s]'\nend\n\n", o.keyring(), o.url("key.asc"), name)
	}
	fmt.Fprintf(&b, "file '%s' do\n  content <<~'END'\n%s  END\n  mode '0644'\n  notifies :update, 'apt_update[%s]', :immediately\nend\n\n",
		o.sourcesFile(), indent(o.sources(), 4), name)
	fmt.Fprintf(&b, "apt_update '%s' do\n  action :nothing\nend\n\n", name)
	b.WriteString("# apt_package 'python-myproject' do\n#   version '1.2.3'\n#   options '--allow-downgrades'\n# end\n")
	return b.String()
}

func (o SnippetOptions) chefYum() string {
	return o.about() + fmt.Sprintf("file '%s' do\n  content <<~'END'\n%s  END\n  mode '0644'\nend\n\n", o.repoFile(), indent(o.repoSection(), 4)) +
		"# dnf_package 'python-myproject' do\n#   version '1.2.3'\n#   allow_downgrade true\n# end\n"
}
