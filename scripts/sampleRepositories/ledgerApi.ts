import { workflow } from './workflow.ts';

/** A service in Go that keeps the books. */
export const ledgerApi = {
  '.github/workflows/ci.yml': workflow('ubuntu-20.04', ['go vet ./...', 'go test ./...']),
  '.github/workflows/release.yml': workflow('ubuntu-20.04', ['go build -o ledger-api ./cmd/ledger-api']),
  'go.mod': 'module example.org/ledger-api\n\ngo 1.21\n',
  'cmd/ledger-api/main.go': `package main

import (
	"log"
	"net/http"

	"example.org/ledger-api/internal/config"
)

func main() {
	settings, err := config.Load("ledger.json")
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal(http.ListenAndServe(settings.Address, nil))
}
`,
  'internal/config/config.go': `// Package config reads the service's settings.
package config

import (
	"encoding/json"
	"io/ioutil"
)

// Settings are what an operator can change.
type Settings struct {
	Address string \`json:"address"\`
}

// Load reads settings from a file.
func Load(path string) (Settings, error) {
	var settings Settings
	content, err := ioutil.ReadFile(path)
	if err != nil {
		return settings, err
	}
	return settings, json.Unmarshal(content, &settings)
}
`,
};
