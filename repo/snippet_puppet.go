package repo

import (
	"fmt"
	"strings"
)

func (o SnippetOptions) puppetApt() string {
	name := slug(o.Origin)
	var b strings.Builder
	b.WriteString(o.about())
	if len(o.Fingerprints) > 0 {
		b.WriteString("file { '/etc/apt/keyrings':\n  ensure => directory,\n}\n\n")
		fmt.Fprintf(&b, "file { '%s':\n  source => '%s',\n  mode   => '0644',\n  before => File['%s'],\n  notify => Exec['%s apt update'],\n}\n\n",
			o.keyring(), o.url("key.asc"), o.sourcesFile(), name)
	}
	fmt.Fprintf(&b, "file { '%s':\n  content => @(END),\n%s    | END\n  notify  => Exec['%s apt update'],\n}\n\n",
		o.sourcesFile(), indent(o.sources(), 4), name)
	fmt.Fprintf(&b, "exec { '%s apt update':\n  command     => '/usr/bin/apt-get update',\n  refreshonly => true,\n}\n\n", name)
	fmt.Fprintf(&b, "# package { 'python-myproject':\n#   ensure  => '1.2.3',\n#   require => Exec['%s apt update'],\n# }\n", name)
	return b.String()
}

func (o SnippetOptions) puppetYum() string {
	var b strings.Builder
	b.WriteString(o.about())
	fmt.Fprintf(&b, "file { '%s':\n  content => @(END),\n%s    | END\n}\n\n", o.repoFile(), indent(o.repoSection(), 4))
	fmt.Fprintf(&b, "# package { 'python-myproject':\n#   ensure  => '1.2.3',\n#   require => File['%s'],\n# }\n", o.repoFile())
	return b.String()
}
