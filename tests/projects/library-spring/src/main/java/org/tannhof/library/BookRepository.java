package org.tannhof.library;

import java.util.UUID;
import org.springframework.data.jpa.repository.JpaRepository;

interface BookRepository extends JpaRepository<Book, UUID> {}
