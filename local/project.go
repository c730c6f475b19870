package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
)

// cognitoScript starts cognito-local. It is relative to the project's root.
const cognitoScript = "node_modules/cognito-local/lib/bin/start.js"

// issuerScript starts the issuer. It is relative to the project's root.
const issuerScript = "local/issuer/provider/main.mjs"

// projectRoot finds the folder of the project's go.mod: the working directory or one above it.
func projectRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		mod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && bytes.HasPrefix(mod, []byte("module signpost\n")) {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("run this inside the Signpost project: neither the working directory nor a folder above it has the go.mod of module signpost")
		}
		dir = parent
	}
}

// findNode returns the path of the Node.js that package.json pins, or else of the one in PATH.
func findNode(root string) (string, error) {
	if _, err := os.Stat(filepath.Join(root, cognitoScript)); err != nil {
		return "", errors.New("node_modules is missing or incomplete: run `npm ci` first (`make local` does)")
	}
	if node, err := exec.LookPath(filepath.Join(root, "node_modules/.bin/node")); err == nil {
		return node, nil
	}
	node, err := exec.LookPath("node")
	if err != nil {
		return "", errors.New("there is no Node.js: run `npm ci`, which installs it, or install Node.js 22")
	}
	return node, nil
}
